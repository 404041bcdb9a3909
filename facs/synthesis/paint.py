"""The compiled inner loop for what is not the head itself: covers before the face, the tongue."""

# mypy: allow-untyped-defs
# (numba infers the types of arguments: float32 arrays, int32 indices)

from __future__ import annotations

import numpy as np

from facs.synthesis.kernels import compiled, irradiance, lit


@compiled
def paint(
    image, alpha, veil, depth, screen, triangles, order, points, normals, colours, gloss,
    sharpness, sh, lamp, lamp_colour, shadow_depth, to_light, scale, camera, bias,
):  # fmt: skip
    """Draw lit triangles over the image, in `order`, far ones first.

    `colours` (n, 4) are linear RGB and opacity per vertex. What is opaque also fills
    `depth`; `veil` collects the opacity of everything that is drawn. Both sides of a
    sheet are lit, `bias` brings it that many centimetres nearer than it is.
    """
    height, width = depth.shape
    light = np.zeros(3, np.float32)
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
                cover = w0 * colours[a, 3] + w1 * colours[b, 3] + w2 * colours[c, 3]
                nx = w0 * normals[a, 0] + w1 * normals[b, 0] + w2 * normals[c, 0]
                ny = w0 * normals[a, 1] + w1 * normals[b, 1] + w2 * normals[c, 1]
                nz = w0 * normals[a, 2] + w1 * normals[b, 2] + w2 * normals[c, 2]
                qx = w0 * points[a, 0] + w1 * points[b, 0] + w2 * points[c, 0]
                qy = w0 * points[a, 1] + w1 * points[b, 1] + w2 * points[c, 1]
                qz = w0 * points[a, 2] + w1 * points[b, 2] + w2 * points[c, 2]
                vx, vy, vz = camera[0] - qx, camera[1] - qy, camera[2] - qz
                unit = 1 / np.sqrt(vx * vx + vy * vy + vz * vz)
                vx, vy, vz = vx * unit, vy * unit, vz * unit
                unit = 1 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-9)
                if nx * vx + ny * vy + nz * vz < 0:
                    unit = -unit
                nx, ny, nz = nx * unit, ny * unit, nz * unit
                irradiance(sh, nx, ny, nz, light)
                facing = nx * lamp[0] + ny * lamp[1] + nz * lamp[2]
                shadow = lit(
                    shadow_depth, to_light, scale, qx + nx * 0.35, qy + ny * 0.35, qz + nz * 0.35
                )
                diffuse = max(0.0, (facing + 0.2) / 1.2) * shadow
                hx, hy, hz = lamp[0] + vx, lamp[1] + vy, lamp[2] + vz
                unit = 1 / np.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
                along = max(0.0, (nx * hx + ny * hy + nz * hz) * unit)
                gleam = gloss * along**sharpness * shadow
                grazing = 1 - max(0.0, nx * vx + ny * vy + nz * vz)
                rim = 0.3 * gloss * grazing * grazing * grazing
                # what is clear still shines
                shown = min(1.0, cover + gleam + 0.3 * rim)
                for k in range(3):
                    own = w0 * colours[a, k] + w1 * colours[b, k] + w2 * colours[c, k]
                    drawn = own * (light[k] + lamp_colour[k] * diffuse)
                    drawn += lamp_colour[k] * gleam * 0.6 + rim * light[k]
                    image[y, x, k] = image[y, x, k] * (1 - shown) + shown * drawn
                alpha[y, x] = max(alpha[y, x], shown)
                veil[y, x] = 1 - (1 - veil[y, x]) * (1 - min(1.0, cover))
                if cover > 0.97:
                    depth[y, x] = min(z, depth[y, x])
