"""Where the sources of a deployment are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
ARIIA_LAYER = ROOT / "layers" / "ariia"
DEPENDENCIES_LAYER = ROOT / "layers" / "dependencies"
STATE_MACHINES = ROOT / "infra" / "state_machines"
