"""Maps from gradients, which take torch; it is imported when they are asked for.

`gradient` is the saliency map of Simonyan, Vedaldi and Zisserman, "Deep inside convolutional
networks" (2014), as Goghberg, Elimelech and Hait (2019) drew it for faces of children: the
gradient of a score by each channel of the input, the largest of the channels, laid over the
picture. `gradcam` is of Selvaraju and others, "Grad-CAM" (2017), on the last convolution. What was
folded into the convolutions for the file stays folded: the function, and so its gradient, is the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from facs.crops.mask import ellipse
from facs.errors import MissingPackageError
from facs.network.backends import Stream

if TYPE_CHECKING:
    from facs.network.rebuilt import Rebuilt

__all__ = ["gradcam", "gradient", "open_rebuilt"]

Floats = NDArray[np.float32]

SMOOTH: Final = 2.0 / 112
"""Sigma, as a share of the crop's width, over which gradients are averaged: AlexNet looks at every
fourth pixel first, and single pixels of its gradient mean little."""


def open_rebuilt(path: Path, stream: Stream, seen: NDArray[Any]) -> Rebuilt:
    """Rebuild a stream in torch, and see that it says of `seen` what the file says.

    Raises
    ------
    MissingPackageError
        If torch is not installed.
    ModelError
        If the file cannot be rebuilt, or the network computes something else.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingPackageError.of("torch", "train", "a gradient") from None
    from facs.network.rebuilt import rebuild

    return rebuild(path, stream.spec, seen[None], stream(seen[None]))


def gradient(rebuilt: Rebuilt, seen: NDArray[Any], columns: Sequence[int]) -> Floats:
    """Gradient of the mean score by what the trunk sees: size, largest channel, smoothed.

    Parameters
    ----------
    rebuilt : Rebuilt
    seen : array, shape (S, S) uint8, or (2 * slots, S, S) float32
    columns : sequence of int

    Returns
    -------
    array, shape (S, S), float32, >= 0
    """
    import cv2

    _, by = _backwards(rebuilt, seen, columns, _before)
    largest = _unfolded(np.abs(by)).max(0)  # over channels
    size = len(largest)
    return np.asarray(cv2.GaussianBlur(largest, (0, 0), SMOOTH * size) * ellipse(size), np.float32)


def gradcam(rebuilt: Rebuilt, seen: NDArray[Any], columns: Sequence[int]) -> Floats:
    """Feature maps of the last convolution, weighted by the mean gradient of each; see `gradient`.

    The maps are 5 x 5 on a crop of 112 px: it tells brow from mouth, hardly more.
    """
    import cv2

    features, by = _backwards(rebuilt, seen, columns, _after)
    weights = by.mean((2, 3), keepdims=True)
    maps = np.maximum((weights * features).sum(1), 0)
    size = seen.shape[-1]
    large = [cv2.resize(one, (size, size), interpolation=cv2.INTER_CUBIC)[None] for one in maps]
    whole = _unfolded(np.stack(large))[0]
    return np.asarray(np.maximum(whole, 0) * ellipse(size), np.float32)


Tap = Callable[[Any], None]


def _before(trunk: Any, tap: Tap) -> Any:
    """Hear what the trunk is given, as the beginning of the gradient."""

    def heard(_: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x = inputs[0].detach().requires_grad_()
        tap(x)
        return (x,)

    return trunk.register_forward_pre_hook(heard)


def _after(trunk: Any, tap: Tap) -> Any:
    """Hear what the last convolution gives."""

    def heard(_: Any, __: Any, output: Any) -> None:
        tap(output)

    return trunk.conv5.register_forward_hook(heard)


def _backwards(
    rebuilt: Rebuilt,
    seen: NDArray[Any],
    columns: Sequence[int],
    place: Callable[[Any, Tap], Any],
) -> tuple[Floats, Floats]:
    """Values at a place and the gradient there, of all that is seen of the face."""
    import torch

    taken: list[Any] = []
    hook = place(rebuilt.stream.trunk, taken.append)
    try:
        with torch.enable_grad():
            scores = rebuilt.network(torch.from_numpy(seen[None]))
            (values,) = taken
            (by,) = torch.autograd.grad(scores[0, list(columns)].mean(), values)
    finally:
        hook.remove()
    return values.detach().numpy(), by.numpy()


def _unfolded(maps: Floats) -> Floats:
    """The mean of maps (k, C, S, S), placed back on the face: (C, S, S).

    One is of the face; the second half of more are of its mirror image; two in a half are of the
    face at two sizes.
    """
    from facs.network.sizes import at_one_size

    if len(maps) > 1:
        one, other = np.split(maps, 2)
        maps = np.asarray((one + other[..., ::-1]) / 2, np.float32)
    return np.asarray(maps[0] if len(maps) == 1 else at_one_size(maps), np.float32)
