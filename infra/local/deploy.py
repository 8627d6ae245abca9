"""Deploys a cloud assembly as the CDK's command line would, in a fraction of its time."""

from __future__ import annotations

import graphlib
import io
import json
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.emulated_policies import emulated
from infra.local.ministack import REGION, Ministack
from infra.local.process import LocalStackError

ACCOUNT = "000000000000"
DEADLINE_SECONDS = 60.0
_EPOCH = (2000, 1, 1, 0, 0, 0)


class Deployer:
    """Puts the stacks of `assembly` into the emulator, in the order of their dependencies."""

    def __init__(self, ministack: Ministack, assembly: Path, parameters: Mapping[str, str]) -> None:
        session, endpoint = ministack.session(), ministack.endpoint
        self._cloudformation = session.client("cloudformation", endpoint_url=endpoint)
        self._s3 = session.client("s3", endpoint_url=endpoint)
        self._ssm = session.client("ssm", endpoint_url=endpoint)
        self._lambda = session.client("lambda", endpoint_url=endpoint)
        self._assembly = assembly
        self._parameters = parameters
        self._manifest = json.loads((assembly / "manifest.json").read_text())["artifacts"]

    def deploy(self) -> dict[str, str]:
        """Creates or updates every stack and gives the named outputs of all. Raises LocalStackError."""
        self._bootstrap()
        outputs: dict[str, str] = {}
        for artifact in self._ordered():
            self._upload_assets(f"{artifact}.assets.json")
            outputs |= self._apply(artifact)
        return outputs

    def _bootstrap(self) -> None:
        """What `cdk bootstrap` leaves behind, as far as a deployment looks at it."""
        self._ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True)
        self._s3.create_bucket(Bucket=f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}")

    def _ordered(self) -> list[str]:
        stacks = {name for name, one in self._manifest.items() if one["type"] == "aws:cloudformation:stack"}
        needs = {name: stacks.intersection(self._manifest[name].get("dependencies", ())) for name in stacks}
        return list(graphlib.TopologicalSorter(needs).static_order())

    def _upload_assets(self, name: str) -> None:
        for asset in json.loads((self._assembly / name).read_text())["files"].values():
            source = self._assembly / asset["source"]["path"]
            body = _body(source, asset["source"]["packaging"])
            for destination in asset["destinations"].values():
                bucket = _here(destination["bucketName"])
                self._s3.put_object(Bucket=bucket, Key=_here(destination["objectKey"]), Body=body)

    def _apply(self, artifact: str) -> dict[str, str]:
        properties = self._manifest[artifact]["properties"]
        template = json.loads((self._assembly / properties["templateFile"]).read_text())
        name = properties.get("stackName", artifact)
        request = {
            "StackName": name,
            "TemplateURL": _url(_here(properties["stackTemplateAssetObjectUrl"])),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in self._parameters.items()
                if key in template.get("Parameters", {})
            ],
        }
        if self._create_or_update(name, request):
            self._wait(name)
            self._allow_loops(template)
        return self._outputs(name)

    def _allow_loops(self, template: dict[str, Any]) -> None:
        """What the emulator's CloudFormation leaves out: which functions may invoke themselves as often as they do."""
        for resource in template["Resources"].values():
            loop = resource["Properties"].get("RecursiveLoop") if resource["Type"] == "AWS::Lambda::Function" else None
            if loop is not None:
                function = resource["Properties"]["FunctionName"]
                self._lambda.put_function_recursion_config(FunctionName=function, RecursiveLoop=loop)

    def _create_or_update(self, name: str, request: dict[str, Any]) -> bool:
        """Whether anything is under way."""
        try:
            self._cloudformation.create_stack(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AlreadyExistsException":
                raise LocalStackError(f"stack {name}: {error}") from error
        else:
            return True
        try:
            self._cloudformation.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise LocalStackError(f"stack {name}: {error}") from error
            return False
        return True

    def _wait(self, name: str) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            status = self._describe(name)["StackStatus"]
            if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
                return
            if status.endswith(("FAILED", "ROLLBACK_COMPLETE")):
                raise LocalStackError(f"stack {name} ended as {status}:\n{self._reasons(name)}")
            time.sleep(0.03)
        raise LocalStackError(f"stack {name} took over {DEADLINE_SECONDS:g} s:\n{self._reasons(name)}")

    def _reasons(self, name: str) -> str:
        events = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
        return "\n".join(f"  {one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in failed)

    def _outputs(self, name: str) -> dict[str, str]:
        found = self._describe(name).get("Outputs", [])
        return {one["OutputKey"]: one["OutputValue"] for one in found if "ExportName" not in one}

    def _describe(self, name: str) -> dict[str, Any]:
        stack: dict[str, Any] = self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return stack


def _body(source: Path, packaging: str) -> bytes:
    if packaging == "zip":
        return _zipped(source)
    if source.name.endswith(".template.json"):
        return json.dumps(emulated(json.loads(source.read_text()))).encode()
    return source.read_bytes()


def _zipped(folder: Path) -> bytes:
    """The folder's files with a constant date: the same content is the same archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(str(path.relative_to(folder)), _EPOCH)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _here(text: str) -> str:
    values = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
    for name, value in values.items():
        text = text.replace("${" + name + "}", value)
    return text


def _url(s3_address: str) -> str:
    """`s3://bucket/key` as CloudFormation takes it."""
    return f"https://s3.{REGION}.amazonaws.com/{s3_address.removeprefix('s3://')}"
