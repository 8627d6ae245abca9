"""Exports and erasures as they rest among the jobs: exports as long as their archives, erasures for good, as their
reports are the proof."""

from __future__ import annotations

from ariia.domain.privacy.erasure import Erasure
from ariia.domain.privacy.export import MemberExport
from ariia.services.jobs import JobKind, TouchedJobs

ErasureJobs = TouchedJobs[Erasure]
ExportJobs = TouchedJobs[MemberExport]

ERASURES = JobKind("erasure", Erasure, lambda one: None)
EXPORTS = JobKind("export", MemberExport, lambda one: one.expires_at // 1000)
