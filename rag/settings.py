"""Environment and `.env` to `Settings`: flag > environment > `.env` > default. Read only at the edge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What can be set from outside. Ours begin with DATELINE_; others' keep their names."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_", env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True, frozen=True
    )

    home: Path = ROOT / ".dateline"
    cache: Path = Field(default_factory=lambda: Path.home() / ".cache" / "dateline")
    minilm_dir: Path | None = None
    port: int = Field(default=8501, ge=1, le=65535)
    today: date | None = None

    @field_validator("home", "cache", "minilm_dir")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @property
    def day(self) -> date:
        """The day from which "yesterday" counts."""
        return self.today or date.today()


def load(**flags: object) -> Settings:
    """The settings, with the flags that were given (None: not given) before everything else.

    Raises:
        UsageError: a value cannot be read.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "DATELINE_" + str(first["loc"][0]).upper()
        raise UsageError(
            name, f"{first['input']!r} was given; {first['msg']}", "Correct it in the environment or in .env."
        ) from error
