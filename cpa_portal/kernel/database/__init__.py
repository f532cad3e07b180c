"""Tables that only grow: what is written stays written, and the database says so (see docs/architecture.md)."""

from cpa_portal.kernel.database.append_only import AppendOnlyModel, PartitionedModel
from cpa_portal.kernel.database.operations import CreatePartitionedModel, ForbidChanges

__all__ = ["AppendOnlyModel", "CreatePartitionedModel", "ForbidChanges", "PartitionedModel"]
