"""Segments on DynamoDB."""

from __future__ import annotations

from pynamodb.exceptions import DeleteError
from pynamodb.expressions.condition import Condition

from ariia.adapters.dynamodb.documents import passing_faults, put_if, read, rows
from ariia.adapters.dynamodb.models import SegmentModel
from ariia.domain.audience.segment import MemberSegment
from ariia.domain.documents import decode, encode
from ariia.ports.segments import SegmentStore


class DynamoSegments(SegmentStore):
    """SegmentStore over the segments table."""

    def get(self, tenant_id: str, segment_id: str) -> MemberSegment | None:
        model = read(SegmentModel, tenant_id, segment_id)
        return decode(MemberSegment, model.document) if model else None

    def create(self, segment: MemberSegment) -> bool:
        return self._write(segment, 0, SegmentModel.segment_id.does_not_exist())

    def save(self, segment: MemberSegment) -> bool:
        return self._write(segment, segment.version, SegmentModel.version == segment.version)

    def delete(self, segment: MemberSegment) -> bool:
        with passing_faults():
            try:
                model = SegmentModel(segment.tenant_id, segment.id)
                model.delete(condition=SegmentModel.version == segment.version)
            except DeleteError as error:
                if error.cause_response_code != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def page(self, tenant_id: str, limit: int, after: str | None) -> list[MemberSegment]:
        behind = SegmentModel.segment_id > after if after else None
        return [decode(MemberSegment, model.document) for model in rows(SegmentModel, tenant_id, behind, limit=limit)]

    def _write(self, segment: MemberSegment, stored: int, condition: Condition) -> bool:
        segment.version = stored + 1
        model = SegmentModel(segment.tenant_id, segment.id, document=encode(segment), version=segment.version)
        if put_if(model, condition):
            return True
        segment.version = stored
        return False
