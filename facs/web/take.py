"""Routes that give results: facts, arrays, pictures, files."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import FileResponse

from facs.web import playback
from facs.web.files import FileWriter, thresholds_of
from facs.web.held import HeldFile
from facs.web.jobs import Job
from facs.web.needs import DoneJob, answers
from facs.web.question import Question
from facs.web.store import SUMMARY
from facs.web.view import ArrayName, array_file

__all__ = ["router"]

NUMBERS: Final = "application/octet-stream"

router = APIRouter(prefix="/api", tags=["results"])


def _writer(request: Request) -> FileWriter:
    writer: FileWriter = request.app.state.writer
    return writer


@router.get(
    "/jobs/{job_id}/result",
    summary="Result: who was found, units, top five",
    responses=answers(404, 409, media=("application/json",)),
    response_class=FileResponse,
)
async def result(job: DoneJob) -> FileResponse:
    """Facts of the recording. The numbers of every frame are arrays and files of their own."""
    return FileResponse(job.folder / SUMMARY, media_type="application/json")


@router.get(
    "/jobs/{job_id}/times",
    summary="Times of the frames, float64",
    responses=answers(404, 409, media=(NUMBERS,)),
    response_class=FileResponse,
)
async def times(job: DoneJob) -> FileResponse:
    """Seconds, little-endian, one for each frame."""
    return _array(job, array_file("times"))


@router.get(
    "/jobs/{job_id}/people/{person}/{array}",
    summary="Numbers of one person, float32 (reasons: uint8)",
    responses=answers(404, 409, media=(NUMBERS,)),
    response_class=FileResponse,
)
async def array(job: DoneJob, person: int, array: ArrayName) -> FileResponse:
    """Little-endian numbers, row after row; the result gives the shape. NaN is not seen."""
    return _array(job, array_file(array, person))


def _array(job: Job, name: str) -> FileResponse:
    path = job.folder / name
    if not path.is_file():
        raise HTTPException(404, "there is no such person")
    return FileResponse(path, media_type=NUMBERS)


@router.get(
    "/jobs/{job_id}/people/{person}/frames/{row}/why/{unit}",
    summary="Why a unit was seen in a frame, as a picture",
    responses=answers(404, 409, 422, media=("image/png",)),
    response_class=FileResponse,
)
async def why(
    job: DoneJob,
    person: int,
    row: int,
    unit: str,
    writer: Annotated[FileWriter, Depends(_writer)],
) -> FileResponse:
    """The aligned face, brighter where the score of the unit depends on it; see docs/explain.md."""
    return await HeldFile.of(writer.why(job, Question(person, row, unit)), "image/png")


@router.get(
    "/jobs/{job_id}/playback",
    summary="The pictures that were analysed, for a browser",
    responses=answers(
        404,
        409,
        media=(
            "video/mp4",
            "image/jpeg",
        ),
    ),
    response_class=FileResponse,
)
async def play(job: DoneJob) -> FileResponse:
    """H.264 without sound, or a JPEG where a picture was submitted."""
    for name, kind in ((playback.VIDEO, "video/mp4"), (playback.PICTURE, "image/jpeg")):
        if (job.folder / name).is_file():
            return FileResponse(job.folder / name, media_type=kind)
    raise HTTPException(404, "there is nothing to show")


@router.get(
    "/jobs/{job_id}/files/{format}",
    summary="Download in one of the formats",
    responses=answers(404, 409, 422, media=(NUMBERS,)),
    response_class=FileResponse,
)
async def file(
    job: DoneJob,
    format: str,
    writer: Annotated[FileWriter, Depends(_writer)],
    on: Annotated[list[str], Query(description="A threshold of your own: AU12:0.4")] = [],  # noqa: B006
) -> FileResponse:
    """A file by the model's thresholds, or by those of on."""
    return await HeldFile.of(writer.path(job, format, thresholds_of(on)))
