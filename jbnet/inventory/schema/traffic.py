"""What may be written in topology/traffic.yaml: which traffic goes first."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jbnet.inventory.schema.values import Declared, LevelName


class VideoDecl(Declared):
    """The class of video conferences: its mark, its share of a line at most, the levels whose lines have it."""

    dscp: Literal["ef", "af41"] = "ef"
    percent: Annotated[int, Field(ge=1, le=50)]
    levels: tuple[LevelName, ...] = Field(strict=False, max_length=32)


class TrafficFile(Declared):
    """topology/traffic.yaml."""

    video: VideoDecl | None = None
