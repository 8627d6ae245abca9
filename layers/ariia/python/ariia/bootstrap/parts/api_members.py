"""The API's services around members, their consent and their rights."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ariia.bootstrap.parts.api_foundations import ApiFoundations

if TYPE_CHECKING:
    from ariia.services.audit import AuditLog
    from ariia.services.consent.member_consent import MemberConsent
    from ariia.services.consent.suppressions import Suppressions
    from ariia.services.imports.imports import Imports
    from ariia.services.members.listing import MemberListing
    from ariia.services.members.members import Members
    from ariia.services.privacy.erasure.erasures import Erasures
    from ariia.services.privacy.export.exports import MemberExports


class MemberServices(ApiFoundations):
    """The people a tenant writes to, and who gets nothing more."""

    @cached_property
    def members(self) -> Members:
        """Makes, reads and changes members."""
        from ariia.services.members.members import Members

        return Members(self._member_store, self._job_store, self._opt_in, self._clock, self._ids)

    @cached_property
    def member_consent(self) -> MemberConsent:
        """Notes consent."""
        from ariia.services.consent.member_consent import MemberConsent

        return MemberConsent(self._member_store, self._opt_in, self._clock)

    @cached_property
    def member_listing(self) -> MemberListing:
        """Pages of members."""
        from ariia.services.members.listing import MemberListing

        return MemberListing(self._member_store, self._settings.shards)

    @cached_property
    def imports(self) -> Imports:
        """Members in bulk."""
        from ariia.adapters.aws.uploads import S3Uploads, s3_client
        from ariia.services.imports.imports import Imports

        uploads = S3Uploads(s3_client(), self._settings.uploads_bucket)
        return Imports(self._job_store, uploads, self._opt_in, self._clock, self._ids)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Addresses that get nothing more."""
        from ariia.adapters.dynamodb.members.suppressions import DynamoSuppressions
        from ariia.services.consent.suppressions import Suppressions

        return Suppressions(DynamoSuppressions(self._settings.shards), self._member_store, self._clock)

    @cached_property
    def audit(self) -> AuditLog:
        """Who changed what."""
        from ariia.adapters.dynamodb.audit import DynamoAudit
        from ariia.services.audit import AuditLog
        from ariia.services.tenants.directory import TenantDirectory

        return AuditLog(DynamoAudit(), TenantDirectory(self._tenant_store).began, self._clock)

    @cached_property
    def member_exports(self) -> MemberExports:
        """All data of a member, asked for and followed."""
        from ariia.bootstrap.parts.privacy import member_exports

        return member_exports(self._settings)

    @cached_property
    def erasures(self) -> Erasures:
        """Erasures, asked for and followed."""
        from ariia.bootstrap.parts.privacy import erasures

        return erasures(self._settings)
