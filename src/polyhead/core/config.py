"""The base of every config: frozen, keyword-only, unknown keys refused with the nearest known one."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from polyhead.core.data_files import shown
from polyhead.core.earlier_names import current_fields
from polyhead.core.errors import PolyheadError, nearest


class Config(BaseModel):
    """Base of all configs. Variation is a copy: `cfg.replace(lr=1e-3)`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        validate_default=True,
        allow_inf_nan=False,  # JSON would turn them into null, which means "not given"
    )

    @model_validator(mode="before")
    @classmethod
    def _current(cls, values: Any) -> Any:
        """Saved configs may hold names of earlier versions."""
        return current_fields(cls, values)

    @classmethod
    def parse(cls, values: Mapping[str, Any], *, where: str | None = None) -> Self:
        """Validate plain values.

        Raises:
            PolyheadError: one line naming every offending key, what was received, and the nearest known key.
        """
        if not isinstance(values, Mapping):
            raise PolyheadError(
                f"{where or cls.__name__}: an object of settings was expected; received {shown(values)}"
            )
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise PolyheadError(f"{where or cls.__name__}: {explained(error, cls)}") from None

    def fields_of(self, kind: type[BaseModel]) -> dict[str, Any]:
        """The values of the fields that another config has too, by name: what settings hand to the saved config."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in kind.model_fields}

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed."""
        return type(self).parse({**self.model_dump(), **changes})


def explained(error: ValidationError, cls: type[BaseModel]) -> str:
    """What is wrong with the values of a config, in one line."""
    return "; ".join(_explain(cls, e) for e in error.errors())


def _explain(cls: type[BaseModel], error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}; {nearest(str(error['loc'][-1]), _fields_at(cls, error['loc'][:-1]))}"
    if not key:
        return error["msg"].removeprefix("Value error, ")
    received = "" if error["type"] == "missing" else f" (received {shown(error['input'])})"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}{received}"


def _fields_at(cls: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """The fields of the config found by going down `path`; of the last one reached where a step is no config."""
    for part in path:
        field = cls.model_fields.get(str(part))
        inner = None if field is None else field.annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        cls = inner
    return list(cls.model_fields)
