"""Which ARNs the words mean that a function's code names its resources by."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ariia.adapters.dynamodb import models
from infra.constructs.uploads import EXPORTS, IMPORTS, RESULTS
from tests.infra.templates import Resource, Templates

from .arns import ACCOUNT, REGION, arn_of, text_of
from .body import Operation

# Of objects whose names only their users know: one stands for all.
ANY = "any-one"
_FOLDERS = (IMPORTS, RESULTS, EXPORTS)
# What TransactWriteItems may do is decided by the actions inside of it:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_BY_PARTS = {"TransactWriteItems", "TransactGetItems"}


class Resources:
    """Of one stage, as seen by one of its functions."""

    def __init__(self, templates: Templates, function: Resource) -> None:
        self._templates, self._function = templates, function
        self._tables = self._of_kind("AWS::DynamoDB::Table", "TableName")
        names = {models.logical_name(one): one for one in models.TABLES}
        self._models = {
            f"{one.__module__}.{one.__qualname__}": arn
            for logical, one in names.items()
            for name, arn in self._tables.items()
            if name == f"{self._prefix}-{logical}"
        }
        self._groups = {
            text_of(templates, one.properties["Name"], one.stack)
            for one in templates.resources("AWS::Scheduler::ScheduleGroup")
        }
        self._bucket = next(iter(self._of_kind("AWS::S3::Bucket", "BucketName").values()))
        self._sets = {str(one.properties["Name"]) for one in templates.resources("AWS::SES::ConfigurationSet")}

    @property
    def _prefix(self) -> str:
        return str(self._function.properties["Environment"]["Variables"]["ARIIA_TABLE_PREFIX"])

    def takes(self, operation: Operation) -> bool:
        """Whether a permission belongs to the operation itself."""
        return operation.name not in _BY_PARTS

    def arns(self, operation: Operation, words: Collection[str]) -> set[str]:
        """The resources of `operation` among the words; none where they name none."""
        by_service: dict[str, Callable[[Operation, Collection[str]], set[str]]] = {
            "dynamodb": self._in_dynamodb,
            "sqs": self._in_sqs,
            "s3": self._in_s3,
            "scheduler": self._in_scheduler,
            "sesv2": self._in_ses,
        }
        find = by_service.get(operation.service)
        return find(operation, words) if find else _own_arns(operation.service, words)

    def is_nameless(self, operation: Operation) -> bool:
        """Whether code never names what it works on: all of SES but the configuration sets of sends."""
        return operation.service == "sesv2" and not operation.name.startswith("Send")

    def anyway(self, operation: Operation) -> set[str]:
        """What `operation` works on where nobody names it before the function runs: any set of the stage, for a
        message; for SES's other operations see there."""
        if operation.service != "sesv2":
            return set()
        return self._in_ses(operation, self._sets) or {"*"}

    def _of_kind(self, kind: str, name: str) -> dict[str, str]:
        found = self._templates.resources(kind)
        return {
            text_of(self._templates, one.properties[name], one.stack): arn_of(self._templates, one) for one in found
        }

    def _in_dynamodb(self, _: Operation, words: Collection[str]) -> set[str]:
        return {arn for known in (self._tables, self._models) for word, arn in known.items() if word in words}

    def _in_sqs(self, operation: Operation, words: Collection[str]) -> set[str]:
        if operation.name.startswith("ChangeMessageVisibility"):
            return self._sources()
        start = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/"
        return {
            f"arn:aws:sqs:{REGION}:{ACCOUNT}:{word.removeprefix(start)}" for word in words if word.startswith(start)
        }

    def _sources(self) -> set[str]:
        """The queues that the function takes messages from: only these can it give back."""
        sources = self._templates.resources("AWS::Lambda::EventSourceMapping")
        own = [one for one in sources if self._is_own(one)]
        return {text_of(self._templates, one.properties["EventSourceArn"], one.stack) for one in own}

    def _is_own(self, source: Resource) -> bool:
        function = self._templates.resource(source.properties["FunctionName"], source.stack)
        return function.logical_id == self._function.logical_id

    def _in_s3(self, operation: Operation, words: Collection[str]) -> set[str]:
        return {f"{self._bucket}/{one}{ANY}" for one in _FOLDERS if any(word.startswith(one) for word in words)}

    def _in_scheduler(self, _: Operation, words: Collection[str]) -> set[str]:
        return {f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{one}/{ANY}" for one in self._groups & set(words)}

    def _in_ses(self, operation: Operation, words: Collection[str]) -> set[str]:
        """The configuration sets of a message."""
        sets = self._sets & set(words) if operation.name.startswith("Send") else set()
        return {f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{one}" for one in sets}


def _own_arns(service: str, words: Collection[str]) -> set[str]:
    start = f"arn:aws:{'states' if service == 'stepfunctions' else service}:"
    return {word for word in words if word.startswith(start)}
