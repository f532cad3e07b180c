"""The one shape of a span of time in this room: bounded, half-open, not empty."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value


class IsBoundedHalfOpen(Func):
    """`[start, end)` with both ends finite, not empty, at most as long as asked."""

    output_field = models.BooleanField()
    arity = 2
    template = (
        # Without the test on infinite ends a missing one would give NULL, which a check lets through.
        "(NOT isempty({span}) AND lower_inc({span}) AND NOT upper_inc({span})"
        " AND NOT lower_inf({span}) AND NOT upper_inf({span})"
        " AND isfinite(lower({span})) AND isfinite(upper({span}))"
        " AND upper({span}) - lower({span}) <= {longest})"
    )

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        span, span_params = compiler.compile(self.source_expressions[0])
        template_uses = self.template.count("{span}")
        longest, longest_params = compiler.compile(self.source_expressions[1])
        return self.template.format(span=span, longest=longest), [
            *span_params * template_uses,
            *longest_params,
        ]


def bounded_span(name: str, *, longest: timedelta) -> models.CheckConstraint:
    """The named constraint on the model's `span`."""
    return models.CheckConstraint(name=name, condition=Q(IsBoundedHalfOpen(F("span"), Value(longest))))
