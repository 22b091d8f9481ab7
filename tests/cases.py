"""Tables of many small cases, each table one test: thousands of tests cost more than what they ask."""

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any


def every(names: str, cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn what must hold of a case into one test of all; `names` as `pytest.mark.parametrize` takes them."""
    wanted, held = [name.strip() for name in names.split(",")], list(cases)

    def turned(holds: Callable[..., None]) -> Callable[..., None]:
        def test(**others: Any) -> None:
            for case in held:
                given = dict(zip(wanted, case, strict=True)) if len(wanted) > 1 else {wanted[0]: case}
                try:
                    holds(**given, **others)
                except Exception as error:
                    error.add_note(f"the case: {str(case)[:200]!a}")
                    raise

        asked = signature(holds)
        left = [one for name, one in asked.parameters.items() if name not in wanted]
        test.__dict__.update(holds.__dict__, __signature__=asked.replace(parameters=left))  # what pytest asks for
        test.__name__, test.__doc__ = holds.__name__, holds.__doc__
        return test

    return turned
