"""What every room's open API shares: problems as RFC 9457 says."""

from cpa_portal.kernel.api.problems import ProblemRenderer, problem_handler

__all__ = ["ProblemRenderer", "problem_handler"]
