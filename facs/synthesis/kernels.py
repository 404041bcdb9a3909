"""The compiled inner loops: deform, normals, rasterise, shade, blend.

All of them work on plain float32 arrays in RGB and in centimetres, and are
compiled by numba at their first call (the compilation is cached on disk).
"""

# mypy: allow-untyped-defs
# (numba infers the types of arguments: float32 arrays, int32 indices)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

SKIN, MOUTH, GUMS, TEETH, EYEBALL, EYE_SOCKET = range(6)
SHADOW_BIAS = 0.45


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile at the first call, once for all processes (`numba.njit` with a cache on disk)."""
    fast: Callable[..., Any] = numba.njit(fastmath=True, cache=True, error_model="numpy")(function)
    return fast


@compiled
def deform(neutral, shapes, chosen, weights):
    """Return the neutral mesh plus the weighted sum of the chosen shapes."""
    out = neutral.copy()
    for j in range(chosen.shape[0]):
        shape = shapes[chosen[j]]
        s = weights[j]
        for i in range(out.shape[0]):
            out[i, 0] += s * shape[i, 0]
            out[i, 1] += s * shape[i, 1]
            out[i, 2] += s * shape[i, 2]
    return out


@compiled
def relax(delta, first, beside, chosen, weight, steps):
    """Return `delta` (n, 3) whose chosen vertices moved towards the mean of those beside them.

    `first` and `beside` are those of `ages.neighbours`; each of the `steps` goes the share
    `weight` (n,) of the way.
    """
    out = delta.copy()
    moved = np.empty((chosen.shape[0], 3), np.float32)
    for _ in range(steps):
        for j in range(chosen.shape[0]):
            i = chosen[j]
            around = first[i + 1] - first[i]
            for k in range(3):
                total = np.float32(0.0)
                for e in range(first[i], first[i + 1]):
                    total += out[beside[e], k]
                moved[j, k] = out[i, k] + weight[i] * (total / around - out[i, k])
        for j in range(chosen.shape[0]):
            for k in range(3):
                out[chosen[j], k] = moved[j, k]
    return out


@compiled
def vertex_normals(points, triangles):
    """Return unit normals per vertex, weighted by the area of the triangles around it."""
    out = np.zeros_like(points)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux = points[b, 0] - points[a, 0]
        uy = points[b, 1] - points[a, 1]
        uz = points[b, 2] - points[a, 2]
        vx = points[c, 0] - points[a, 0]
        vy = points[c, 1] - points[a, 1]
        vz = points[c, 2] - points[a, 2]
        nx = uy * vz - uz * vy
        ny = uz * vx - ux * vz
        nz = ux * vy - uy * vx
        for k in (a, b, c):
            out[k, 0] += nx
            out[k, 1] += ny
            out[k, 2] += nz
    for i in range(points.shape[0]):
        length = np.sqrt(out[i, 0] ** 2 + out[i, 1] ** 2 + out[i, 2] ** 2) + np.float32(1e-12)
        out[i, 0] /= length
        out[i, 1] /= length
        out[i, 2] /= length
    return out


@compiled
def rasterise(screen, triangles, cull, depth, index, weights):
    """Find the nearest triangle of every pixel.

    Fills `depth`, `index` (of the triangle) and `weights` (two barycentric ones).
    `screen` (n, 3) holds pixel x, y and the distance from the camera. With `cull`,
    triangles that turn their back to the camera are skipped.
    """
    height, width = depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, z0 = screen[a, 0], screen[a, 1], screen[a, 2]
        x1, y1, z1 = screen[b, 0], screen[b, 1], screen[b, 2]
        x2, y2, z2 = screen[c, 0], screen[c, 1], screen[c, 2]
        d = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if d == 0.0 or (cull and d > 0.0):
            continue
        left, right = min(x0, x1, x2), max(x0, x1, x2)
        top, bottom = min(y0, y1, y2), max(y0, y1, y2)
        if right < 0 or bottom < 0 or left >= width or top >= height:
            continue
        i0, i1 = max(0, int(np.ceil(left - 0.5))), min(width - 1, int(np.floor(right - 0.5)))
        j0, j1 = max(0, int(np.ceil(top - 0.5))), min(height - 1, int(np.floor(bottom - 0.5)))
        if i1 < i0 or j1 < j0:  # most triangles are smaller than a pixel
            continue
        inverse = np.float32(1.0) / d
        for j in range(j0, j1 + 1):
            py = np.float32(j + 0.5)
            for i in range(i0, i1 + 1):
                px = np.float32(i + 0.5)
                w1 = ((px - x0) * (y2 - y0) - (x2 - x0) * (py - y0)) * inverse
                w2 = ((x1 - x0) * (py - y0) - (px - x0) * (y1 - y0)) * inverse
                w0 = np.float32(1.0) - w1 - w2
                if w0 >= 0 and w1 >= 0 and w2 >= 0:
                    z = w0 * z0 + w1 * z1 + w2 * z2
                    if z < depth[j, i]:
                        depth[j, i] = z
                        index[j, i] = t
                        weights[j, i, 0] = w1
                        weights[j, i, 1] = w2


@compiled
def sample_texture(texture, u, v, out):
    """Bilinear look-up at (u, v) in [0, 1], clamped at the border; writes into `out`."""
    height, width = texture.shape[0], texture.shape[1]
    x = min(max(u * width - 0.5, 0.0), width - 1.001)
    y = min(max(v * height - 0.5, 0.0), height - 1.001)
    i, j = int(x), int(y)
    fx, fy = x - i, y - j
    for c in range(texture.shape[2]):
        upper = texture[j, i, c] * (1 - fx) + texture[j, i + 1, c] * fx
        lower = texture[j + 1, i, c] * (1 - fx) + texture[j + 1, i + 1, c] * fx
        out[c] = upper * (1 - fy) + lower * fy


@compiled
def irradiance(sh, x, y, z, out):
    """Light that arrives at a surface with normal (x, y, z) from an environment in 9 harmonics."""
    for c in range(3):
        value = sh[0, c] * 0.282095 + 0.488603 * (sh[1, c] * y + sh[2, c] * z + sh[3, c] * x)
        value += 1.092548 * (sh[4, c] * x * y + sh[5, c] * y * z + sh[7, c] * x * z)
        value += sh[6, c] * 0.315392 * (3 * z * z - 1) + sh[8, c] * 0.546274 * (x * x - y * y)
        out[c] = max(0.0, value)


@compiled
def lit(shadow_depth, to_light, scale, x, y, z):
    """Share of the lamp's light that reaches a point: 3 x 3 look-ups in the shadow map."""
    n = shadow_depth.shape[0]
    sx = to_light[0, 0] * x + to_light[0, 1] * y + to_light[0, 2] * z
    sy = to_light[1, 0] * x + to_light[1, 1] * y + to_light[1, 2] * z
    sz = to_light[2, 0] * x + to_light[2, 1] * y + to_light[2, 2] * z
    gx, gy = sx * scale + n / 2, sy * scale + n / 2
    count = 0
    for a in range(-1, 2):
        for b in range(-1, 2):
            i, j = int(gy + a), int(gx + b)
            if i < 0 or j < 0 or i >= n or j >= n or -sz < shadow_depth[i, j] + SHADOW_BIAS:
                count += 1
    return count / 9.0


@compiled
def blend(
    image, alpha, depth, screen, triangles, order, uv_triangles, uv, texture, points, normals,
    colour, sh, lamp, lamp_colour, shadow_depth, to_light, scale, opacity, evenness, bias, solid,
):  # fmt: skip
    """Draw translucent triangles (hair, brows, lashes) over the image, far ones first.

    `evenness` 1 takes the colour as given, 0 lets the texture's brightness vary it.
    """
    height, width = depth.shape
    texel, light = np.zeros(4, np.float32), np.zeros(3, np.float32)
    for step in range(order.shape[0]):
        t = order[step]
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, x1, y1 = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1]
        x2, y2 = screen[c, 0], screen[c, 1]
        d = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if d == 0:
            continue
        i0 = max(0, int(np.ceil(min(x0, x1, x2) - 0.5)))
        i1 = min(width - 1, int(np.floor(max(x0, x1, x2) - 0.5)))
        j0 = max(0, int(np.ceil(min(y0, y1, y2) - 0.5)))
        j1 = min(height - 1, int(np.floor(max(y0, y1, y2) - 0.5)))
        if i1 < i0 or j1 < j0:
            continue
        nx = normals[a, 0] + normals[b, 0] + normals[c, 0]
        ny = normals[a, 1] + normals[b, 1] + normals[c, 1]
        nz = normals[a, 2] + normals[b, 2] + normals[c, 2]
        unit = 1 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-9)
        nx, ny, nz = nx * unit, ny * unit, nz * unit
        irradiance(sh, nx, ny, nz, light)
        cx = (points[a, 0] + points[b, 0] + points[c, 0]) / 3 + nx * 0.3
        cy = (points[a, 1] + points[b, 1] + points[c, 1]) / 3 + ny * 0.3
        cz = (points[a, 2] + points[b, 2] + points[c, 2]) / 3 + nz * 0.3
        shadow = lit(shadow_depth, to_light, scale, cx, cy, cz)
        diffuse = max(0.0, 0.3 + 0.7 * (nx * lamp[0] + ny * lamp[1] + nz * lamp[2])) * shadow
        inverse = 1 / d
        for y in range(j0, j1 + 1):
            for x in range(i0, i1 + 1):
                px, py = x + 0.5, y + 0.5
                w1 = ((px - x0) * (y2 - y0) - (x2 - x0) * (py - y0)) * inverse
                w2 = ((x1 - x0) * (py - y0) - (px - x0) * (y1 - y0)) * inverse
                w0 = 1 - w1 - w2
                if w0 < 0 or w1 < 0 or w2 < 0:
                    continue
                z = w0 * screen[a, 2] + w1 * screen[b, 2] + w2 * screen[c, 2]
                if z > depth[y, x] + bias:
                    continue
                if solid:
                    cover, gain = opacity, 1.0
                else:
                    p, q, r = uv_triangles[t, 0], uv_triangles[t, 1], uv_triangles[t, 2]
                    u = w0 * uv[p, 0] + w1 * uv[q, 0] + w2 * uv[r, 0]
                    v = w0 * uv[p, 1] + w1 * uv[q, 1] + w2 * uv[r, 1]
                    sample_texture(texture, u - np.floor(u), 1 - (v - np.floor(v)), texel)
                    cover = min(1.0, texel[3] * opacity)
                    grey = 0.3 * texel[0] + 0.59 * texel[1] + 0.11 * texel[2]
                    gain = evenness + (1 - evenness) * 2.2 * grey
                for k in range(3):
                    drawn = colour[k] * gain * (light[k] + lamp_colour[k] * diffuse)
                    image[y, x, k] = image[y, x, k] * (1 - cover) + cover * drawn
                alpha[y, x] = max(alpha[y, x], cover)
