"""The colour of every surface of a face, compiled: skin, wrinkles, stubble, lips, eyes, mouth.

Places on the face are coordinates of the average neutral face in centimetres:
x to the subject's left, y up, z to the front, the tip of the nose near (0, 0.4, 13).
"""

# mypy: allow-untyped-defs
# (numba infers the types of arguments: float32 arrays, int32 indices)

from __future__ import annotations

import numpy as np

from facs.synthesis.kernels import (
    EYE_SOCKET,
    EYEBALL,
    GUMS,
    MOUTH,
    SKIN,
    TEETH,
    compiled,
    irradiance,
    lit,
    sample_texture,
)

FOREHEAD_IN, FOREHEAD_OUT, GLABELLA, CROWS_FEET, UNDER_EYE = 0, 1, 2, 3, 4
NOSE, NASOLABIAL, DIMPLE, MARIONETTE, CHIN = 5, 6, 7, 8, 9
SIDE_STEPS = 17
"""Rows in a table of wrinkle strengths, from the subject's right side to her left."""
FAINT = 0.02
"""A wrinkle weaker than this is not drawn, which spares most of the arithmetic."""


@compiled
def _crease(distance, width):
    """Profile of one wrinkle: a dark groove and a light ridge beside it."""
    ridge = distance - 2 * width
    s = 2 * width * width
    return -np.exp(-distance * distance / s) + 0.45 * np.exp(-ridge * ridge / s)


@compiled
def wrinkles(x, y, z, a, seed):
    """Sum of all creases at a place on the face; `a` holds the ten strengths."""
    w = 0.0
    ax = abs(x)
    if y > 6.8 and (a[0] > FAINT or a[1] > FAINT):
        strength = np.exp(-((x / 2.2) ** 2)) * a[0] + np.exp(-(((ax - 3.4) / 1.6) ** 2)) * a[1]
        if strength > FAINT:
            c = 0.12 * np.sin(x * 1.1 + seed)
            for k in range(4):
                line = 7.5 + 0.85 * k + c + 0.03 * ax * ax * (0.4 - 0.15 * k)
                w += strength * _crease(y - line, 0.11)
    if a[2] > FAINT and 4.6 < y < 7.8 and ax < 1.5:
        fade = np.exp(-(((y - 6.0) / 0.9) ** 2))
        w += a[2] * 1.2 * _crease(ax - 0.5 - 0.08 * (y - 5.5), 0.12) * fade
    if a[3] > FAINT and ax > 4.2 and z < 9:
        dx, dy = ax - 4.4, y - 3.3
        r = np.sqrt(dx * dx + dy * dy)
        if 0.15 < r < 2.4:
            angle = np.arctan2(dy, dx)
            fade = np.exp(-(((r - 0.9) / 0.7) ** 2))
            for k in range(4):
                w += a[3] * 0.5 * _crease((angle - (0.55 - 0.42 * k)) * r, 0.09) * fade
    if a[4] > FAINT and 0.6 < y < 3.2 and 1.2 < ax < 5.0:
        curve = 2.15 - 0.55 * (1 - ((ax - 3.1) / 1.9) ** 2)
        w += a[4] * 0.7 * _crease(curve - y, 0.11) * np.exp(-(((ax - 2.8) / 1.3) ** 2))
    if a[5] > FAINT and ax < 1.5 and 1.6 < y < 4.8:
        fade = np.exp(-(((ax - 0.5) / 0.7) ** 2))
        for k in range(3):
            w += a[5] * _crease(y - (3.0 + 0.55 * k + 0.25 * ax), 0.1) * fade
    if a[6] > FAINT and -5.2 < y < 0.6 and 1.4 < ax < 4.6:
        t = (0.1 - y) / 3.8
        if -0.2 < t < 1.3:
            cx = 1.95 + 1.35 * t + 0.25 * np.sin(t * 3.1)
            w += a[6] * 1.3 * _crease(ax - cx, 0.16) * np.exp(-(((t - 0.5) / 0.55) ** 4))
    if a[7] > FAINT and -5 < y < -2 and ax > 2.4:
        w += a[7] * 0.8 * _crease(np.sqrt((ax - 2.9) ** 2 + 0.25 * (y + 3.4) ** 2) - 0.25, 0.16)
    if a[8] > FAINT and -6.2 < y < -3.4 and 1.8 < ax < 4:
        fade = np.exp(-(((y + 4.6) / 0.7) ** 2))
        w += a[8] * _crease(ax - 2.75 - 0.12 * (y + 4.5), 0.13) * fade
    if a[9] > FAINT and -7.5 < y < -4.6 and ax < 1.8:
        pits = np.sin(x * 11 + seed + 2 * np.sin(y * 5)) * np.sin(
            y * 10 + seed * 2 + 2 * np.sin(x * 7)
        )
        w += a[9] * 0.5 * pits * np.exp(-((x / 1.0) ** 2) - ((y + 6.1) / 0.8) ** 2)
        w += a[9] * _crease(y + 5.2 + 0.1 * x * x, 0.14) * np.exp(-((x / 1.2) ** 2))
    return w


@compiled
def _wrinkled_and_painted(x, y, z, colour, lips, creases, seed, gloss):
    """Darken `colour` in the creases, paint the lips; returns the gloss."""
    side = int(min(max(0.5 + x / 1.6, 0.0), 1.0) * (creases.shape[0] - 1) + 0.5)
    g = min(max(1.0 + 0.30 * wrinkles(x, y, z, creases[side], seed), 0.45), 1.25)
    # Light that went through skin is red, so creases are redder than they are dark.
    colour[0] *= g
    colour[1] *= g * g
    colour[2] *= g * g
    if lips[3] > 0 and z > 9.2:
        r = (x / 2.6) ** 2 + ((y + 3.55) / (1.15 if y < -3.45 else 0.85)) ** 2
        if r < 1.0:
            q = lips[3] * min(1.0, (1 - r) * 3)
            for k in range(3):
                colour[k] = colour[k] * (1 - q) + lips[k] * q
            return gloss * 1.5
    return gloss


@compiled
def _stubbled(x, y, z, colour, stubble):
    ax = abs(x)
    edge = -1.0 - y if ax < 2.6 else -2.0 - y + 0.35 * (ax - 2.6)
    q = 1 / (1 + np.exp(-edge * 1.5))
    lip = np.exp(-((x / 2.7) ** 4) - ((y + 3.55) / 1.0) ** 4) if z > 8 else 0.0
    q *= (1 - lip) * stubble * (1.0 if y > -8.6 else np.exp(y + 8.6))
    q *= 0.75 + 0.25 * np.sin(x * 71.3 + y * 37.1) * np.sin(x * 23.7 - y * 67.9)
    for k in range(3):
        colour[k] *= 1 - 0.72 * q


@compiled
def _scalp(x, y, z, seed):
    """How much hair grows on a place of the skin, 0 to 1."""
    ax = abs(x)
    line = 9.6 - 0.05 * x * x + 0.25 * np.sin(x * 1.7 + seed)
    q = 0.0
    if y > line:
        q = min(1.0, (y - line) * 1.2)
    if z < 2.6 and y > 1.0 and ax < 8.6:
        q = max(q, min(1.0, (2.6 - z) * 0.9) * min(1.0, (y - 1.0) * 0.5))
    if z < -1.5 and y > -6 and ax < 8.8:
        q = 1.0
    return q


@compiled
def _eye_colour(angle, iris, colour):
    """Pupil, iris or white, by the angle from the axis of the eye in degrees."""
    limit = iris[4]
    if angle < limit * iris[3]:
        colour[:] = 0.008
    elif angle < limit:
        q = (angle / limit - iris[3]) / (1 - iris[3])
        rim = 1 - 0.75 * max(0.0, (q - 0.72) / 0.28)
        for k in range(3):
            colour[k] = iris[k] * (0.7 + 0.5 * q) * rim
    else:
        q = min(1.0, (angle - limit) / 2.5)
        white = iris[5] * q
        colour[0] = 0.62 * white + iris[0] * 0.3 * (1 - q)
        colour[1] = 0.56 * white + iris[1] * 0.3 * (1 - q)
        colour[2] = 0.54 * white + iris[2] * 0.3 * (1 - q)


@compiled
def shade(
    image, alpha, index, weights, triangles, material, points, normals, place, uv, eye_angle,
    texture, tone, sh, lamp, lamp_colour, shadow_depth, to_light, scale,
    iris, cloth, stubble, lips, creases, seed, gloss, hair, light_inside, camera,
):  # fmt: skip
    """Light every pixel that shows a triangle: environment, one lamp with shadow, gloss."""
    height, width = index.shape
    colour, light = np.zeros(3, np.float32), np.zeros(3, np.float32)
    wraps = (0.35, 0.18, 0.12)
    for row in range(height):
        for column in range(width):
            t = index[row, column]
            if t < 0:
                continue
            w1, w2 = weights[row, column, 0], weights[row, column, 1]
            w0 = 1 - w1 - w2
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            nx = w0 * normals[a, 0] + w1 * normals[b, 0] + w2 * normals[c, 0]
            ny = w0 * normals[a, 1] + w1 * normals[b, 1] + w2 * normals[c, 1]
            nz = w0 * normals[a, 2] + w1 * normals[b, 2] + w2 * normals[c, 2]
            px = w0 * points[a, 0] + w1 * points[b, 0] + w2 * points[c, 0]
            py = w0 * points[a, 1] + w1 * points[b, 1] + w2 * points[c, 1]
            pz = w0 * points[a, 2] + w1 * points[b, 2] + w2 * points[c, 2]
            x = w0 * place[a, 0] + w1 * place[b, 0] + w2 * place[c, 0]
            y = w0 * place[a, 1] + w1 * place[b, 1] + w2 * place[c, 1]
            z = w0 * place[a, 2] + w1 * place[b, 2] + w2 * place[c, 2]
            m = material[t]
            inside = m in (MOUTH, GUMS, TEETH)
            shine, sharpness, wrap, open_sky = 0.0, 12.0, 0.0, 1.0
            if m == SKIN:
                u = w0 * uv[a, 0] + w1 * uv[b, 0] + w2 * uv[c, 0]
                v = w0 * uv[a, 1] + w1 * uv[b, 1] + w2 * uv[c, 1]
                du = max(abs(uv[a, 0] - uv[b, 0]), abs(uv[a, 0] - uv[c, 0]))
                dv = max(abs(uv[a, 1] - uv[b, 1]), abs(uv[a, 1] - uv[c, 1]))
                if du > 0.15 or dv > 0.15:  # a triangle across the seam of the texture
                    u, v = uv[a, 0], uv[a, 1]
                sample_texture(texture, u, v, colour)
                for k in range(3):
                    colour[k] *= tone[k]
                if y < -13.0 and y < cloth[3] + 0.03 * x * x - 14.0 + 0.12 * z:
                    for k in range(3):
                        colour[k] = cloth[k]
                else:
                    shine, wrap = gloss, 1.0
                    if z > 3.0 and y < 13:
                        shine = _wrinkled_and_painted(x, y, z, colour, lips, creases, seed, gloss)
                    if stubble > 0 and -9.5 < y < 0.8 and z > -1:
                        _stubbled(x, y, z, colour, stubble)
                    if hair[3] > 0:
                        q = _scalp(x, y, z, seed) * hair[3]
                        for k in range(3):
                            colour[k] = colour[k] * (1 - q) + hair[k] * q
                        shine *= 1 - q
                    if 2.2 < y < 6.4:
                        brow = ((y - 4.3) / 0.7) ** 2 + ((abs(x) - 2.2) / 1.1) ** 2
                        open_sky = 1.0 - 0.25 * np.exp(-brow)
                    if y < -7.6:
                        open_sky *= max(0.45, 1 - 0.12 * (-7.6 - y))
            elif m == MOUTH:
                colour[0], colour[1], colour[2] = 0.12, 0.03, 0.03
                open_sky = 0.45 * max(0.15, min(1.0, (z - 3) / 7))
            elif m == GUMS:
                colour[0], colour[1], colour[2] = 0.38, 0.12, 0.13
                shine, sharpness = light_inside * 0.25, 30.0
                open_sky = light_inside * 0.75 * max(0.15, min(1.0, (z - 3) / 7))
            elif m == TEETH:
                colour[0], colour[1], colour[2] = 0.68, 0.62, 0.52
                shine, sharpness = light_inside * 0.25, 40.0
                open_sky = light_inside * 0.85 * max(0.2, min(1.0, (z - 4) / 6))
            elif m == EYE_SOCKET:
                colour[0], colour[1], colour[2] = 0.28, 0.15, 0.12
                open_sky = 0.6
            else:
                angle = w0 * eye_angle[a] + w1 * eye_angle[b] + w2 * eye_angle[c]
                _eye_colour(angle, iris, colour)
                shine, sharpness, open_sky = 0.9, 180.0, 0.75
            if inside:  # light reaches the inside of the mouth from the front only
                nx, ny, nz = nx * 0.6, ny * 0.6, nz * 0.6 + 0.4
            unit = 1 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-9)
            nx, ny, nz = nx * unit, ny * unit, nz * unit
            irradiance(sh, nx, ny, nz, light)
            facing = nx * lamp[0] + ny * lamp[1] + nz * lamp[2]
            shadow = 1.0
            if facing > -0.5:
                # Off the surface, most where light grazes it: there one texel of the shadow map
                # spans much depth, and a face would stripe itself with shadow.
                off = 0.35 + 0.5 * (1 - abs(facing))
                sx, sy, sz = px + nx * off, py + ny * off, pz + nz * off
                shadow = lit(shadow_depth, to_light, scale, sx, sy, sz)
            if inside:
                shadow *= 0.6
            elif m == EYEBALL:  # light goes through the edge of the lid and around in the eye
                shadow = 0.4 + 0.6 * shadow
            vx, vy, vz = camera[0] - px, camera[1] - py, camera[2] - pz
            unit = 1 / np.sqrt(vx * vx + vy * vy + vz * vz)
            vx, vy, vz = vx * unit, vy * unit, vz * unit
            grazing = 1 - max(0.0, nx * vx + ny * vy + nz * vz)
            fresnel = grazing * grazing * grazing * grazing * grazing
            gleam = 0.0
            if facing > -0.1 and shine > 0:
                hx, hy, hz = lamp[0] + vx, lamp[1] + vy, lamp[2] + vz
                unit = 1 / np.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
                along = max(0.0, (nx * hx + ny * hy + nz * hz) * unit)
                gleam = shine * along**sharpness * (0.5 + 0.5 * fresnel) * shadow
            rim = 0.04 * fresnel if m == SKIN else 0.0
            for k in range(3):
                wv = wraps[k] * wrap
                d = max(0.0, (facing + wv) / (1 + wv)) * (shadow + (1 - shadow) * wv * 0.35)
                image[row, column, k] = (
                    colour[k] * open_sky * (light[k] + lamp_colour[k] * d)
                    + lamp_colour[k] * gleam * 0.55
                    + rim * light[k]
                )
            alpha[row, column] = 1.0
