"""By which addresses others around reach this machine."""

from __future__ import annotations

import socket
from contextlib import closing
from ipaddress import ip_address
from typing import Final

__all__ = ["own_addresses"]

_TOWARDS: Final = {
    socket.AF_INET: ("192.0.2.1", "192.168.255.254", "10.255.255.254", "172.31.255.254"),
    socket.AF_INET6: ("2001:db8::1", "fd00::1"),
}
"""Addresses of documentation and of private networks: where there are several networks, each
answers by its own address."""

_DISCARD: Final = 9  # a port; nothing is sent to it


def own_addresses(family: socket.AddressFamily = socket.AF_INET) -> tuple[str, ...]:
    """Addresses of this machine on its networks; none where it is on none.

    Nothing is sent and no name is asked for: a datagram socket that is connected only chooses
    the address that it would send from.

    Examples
    --------
    >>> "127.0.0.1" in own_addresses()
    False
    """
    found = (_sent_from(family, there) for there in _TOWARDS[family])
    return tuple(dict.fromkeys(address for address in found if address is not None))


def _sent_from(family: socket.AddressFamily, there: str) -> str | None:
    """The address from which a datagram would go there; None where it would not."""
    try:
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as one:
            one.connect((there, _DISCARD))
            here: str = one.getsockname()[0]
    except OSError:  # no network, or none of this family
        return None
    known = ip_address(here)
    return None if known.is_loopback or known.is_link_local or known.is_unspecified else here
