"""The bucket that clients upload imports to, by presigned URL. What came of them rests beside, unannounced, and so do
archives of members, which clients download by presigned URL."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.accepted import accept
from infra.constructs.log_group import removal_policy
from infra.constructs.python_function import PythonFunction

IMPORTS, RESULTS, EXPORTS = "imports/", "results/", "exports/"
_ACCOUNT_REGION = "<AWS::AccountId>-<AWS::Region>"  # as cdk-nag writes them


class Uploads(s3.Bucket):
    """Private, encrypted, reached over TLS only, forgetful after some days."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        self._prefix = config.prefix
        super().__init__(
            scope,
            "Uploads",
            bucket_name=_bucket_name(config.prefix),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            cors=_cors(config),
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(config.upload_expiry_days),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=removal_policy(config),
        )
        accept(self, {"S1": "Each import is logged as a job by who asked for it; the files go within days."})

    @property
    def name(self) -> str:
        """For who is announced to; a reference to the bucket would make bucket and function wait for each other."""
        return _bucket_name(self._prefix)

    def announce_to(self, imports: PythonFunction) -> None:
        """Has S3 invoke `imports` with each new import. By the bucket's own property: CDK's way is a custom resource
        with one more function to run and to grant."""
        permission = lambda_.CfnPermission(
            self,
            "Announcing",
            action="lambda:InvokeFunction",
            function_name=imports.function_arn,
            principal="s3.amazonaws.com",
            source_account=Aws.ACCOUNT_ID,
            source_arn=self._arn(),
        )
        bucket = self.node.default_child
        assert isinstance(bucket, s3.CfnBucket)
        starts_with = s3.CfnBucket.FilterRuleProperty(name="prefix", value=IMPORTS)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            lambda_configurations=[
                s3.CfnBucket.LambdaConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    function=imports.function_arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(
                        s3_key=s3.CfnBucket.S3KeyFilterProperty(rules=[starts_with])
                    ),
                )
            ]
        )
        # S3 asks whether it may before it takes the configuration.
        bucket.node.add_dependency(permission)

    def allow_serving(self, api: PythonFunction) -> None:
        """To sign the addresses that imports are uploaded to and archives downloaded from, as a presigned URL may do
        what its signer may; and to read what came of imports."""
        self._allow(api, ["s3:PutObject"], [IMPORTS])
        self._allow(api, ["s3:GetObject"], [RESULTS, EXPORTS])
        self._allow_listing(api)

    def allow_importing(self, function: PythonFunction) -> None:
        """To read what was uploaded, and to write what came of it and read that again."""
        self._allow(function, ["s3:GetObject"], [IMPORTS, RESULTS])
        self._allow(function, ["s3:PutObject"], [RESULTS])
        self._allow_listing(function)

    def allow_archiving(self, function: PythonFunction) -> None:
        """To make archives and take them away, and to take somebody out of lists of rejected lines."""
        self._allow(function, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [EXPORTS])
        self._allow(function, ["s3:GetObject", "s3:PutObject"], [RESULTS])
        self._allow_listing(function)

    def _allow_listing(self, function: PythonFunction) -> None:
        """What tells a missing file (404) from a forbidden one (403):
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""
        function.add_to_role_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self._arn()]))

    def _allow(self, function: PythonFunction, actions: list[str], folders: list[str]) -> None:
        resources = [f"{self._arn()}/{folder}*" for folder in folders]
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=resources))
        assert function.role is not None
        for folder in folders:
            finding = f"IAM5[Resource::arn:<AWS::Partition>:s3:::{self._prefix}-uploads-{_ACCOUNT_REGION}/{folder}*]"
            accept(function.role, {finding: "Each import, list of a range and archive is an object of its own there."})

    def _arn(self) -> str:
        return f"arn:{Aws.PARTITION}:s3:::{self.name}"


def _bucket_name(prefix: str) -> str:
    return f"{prefix}-uploads-{Aws.ACCOUNT_ID}-{Aws.REGION}"


def _cors(config: StageConfig) -> list[s3.CorsRule] | None:
    if not config.browser_origins:
        return None
    return [
        s3.CorsRule(
            allowed_methods=[s3.HttpMethods.PUT],
            allowed_origins=list(config.browser_origins),
            allowed_headers=["*"],
            max_age=3600,
        )
    ]
