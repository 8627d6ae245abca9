"""The two layers of every function. Declared once per stack: a layer used across stacks is an export that can't be
updated while it is in use (https://github.com/aws/aws-cdk/issues/1972)."""

from __future__ import annotations

from aws_cdk import AssetHashType, BundlingOptions, DockerImage, IgnoreMode
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.dependency_bundle import DependencyBundle
from infra.paths import ARIIA_LAYER, DEPENDENCIES_LAYER

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64


class Layers(Construct):
    """Third-party packages, and our own package `ariia`."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "Layers")
        self.dependencies = self._layer("Dependencies", _dependencies(), "Third-party packages")
        self.ariia = self._layer("Ariia", _ariia(), "The campaign engine")

    def _layer(self, name: str, code: lambda_.Code, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name,
            code=code,
            description=description,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


def _dependencies() -> lambda_.Code:
    bundle = DependencyBundle(DEPENDENCIES_LAYER / "requirements.txt")
    return lambda_.Code.from_asset(
        str(DEPENDENCIES_LAYER),
        asset_hash=bundle.fingerprint(),
        asset_hash_type=AssetHashType.CUSTOM,
        # The interface asks for an image; the local bundle always answers first.
        bundling=BundlingOptions(image=DockerImage.from_registry("scratch"), local=bundle),
    )


def _ariia() -> lambda_.Code:
    return lambda_.Code.from_asset(
        str(ARIIA_LAYER),
        exclude=["*", "!python", "!python/ariia", "!python/ariia/**", "__pycache__"],
        ignore_mode=IgnoreMode.GIT,
    )
