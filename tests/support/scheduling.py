"""How the tests of a run are shared among its workers."""

from xdist.scheduler import LoadGroupScheduling


class WholeFiles(LoadGroupScheduling):
    """A file goes to one worker, as a group does: what it prepares is prepared once."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return scope.partition("::")[0] if scope == nodeid else str(scope)
