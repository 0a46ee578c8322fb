"""Looks around in a network and prints what an application finds, as JSON. With a port, serves it instead."""

import ctypes
import errno
import http.server
import json
import socket
import sys


class Sockaddr(ctypes.Structure):
    _fields_ = [("family", ctypes.c_ushort), ("data", ctypes.c_ubyte * 26)]


class Interface(ctypes.Structure):
    pass


Interface._fields_ = [
    ("next", ctypes.POINTER(Interface)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.POINTER(Sockaddr)),
]


def addresses():
    """Names and addresses as getifaddrs(3) lists them."""
    libc = ctypes.CDLL(None, use_errno=True)
    first = ctypes.POINTER(Interface)()
    if libc.getifaddrs(ctypes.byref(first)):
        raise OSError(ctypes.get_errno(), "getifaddrs")
    found = set()
    while first:
        one = first.contents
        if one.address:
            data = bytes(one.address.contents.data)
            if one.address.contents.family == socket.AF_INET:
                found.add((one.name.decode(), socket.inet_ntop(socket.AF_INET, data[2:6])))
            if one.address.contents.family == socket.AF_INET6:
                found.add((one.name.decode(), socket.inet_ntop(socket.AF_INET6, data[6:22])))
        first = one.next
    return sorted(found)


def outcome(work):
    try:
        return work()
    except socket.gaierror as error:
        return "gaierror %d" % error.errno
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def configured(family, host):
    return [one[4][0] for one in socket.getaddrinfo(host, 80, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)]


def own(family, target):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.connect((target, 9))
        return s.getsockname()[0]


def tcp(family, target):
    with socket.socket(family) as s:
        s.settimeout(60)
        s.connect((target, 443))
        return "connected"


def bound(family, address):
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen()
        with socket.socket(family) as client:
            client.settimeout(60)
            client.connect(server.getsockname())
            return client.getsockname()[0]


def joined():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + bytes(4))
        return "joined"


def gateways():
    """Interfaces and gateways of the default routes, as proc_net(5) shows them."""
    with open("/proc/net/route") as file:
        v4 = [line.split()[:3] for line in file if line.split()[1] == "00000000"]
    with open("/proc/net/ipv6_route") as file:
        v6 = [line.split() for line in file]
    default4 = [[name, gateway] for name, _, gateway in v4]
    default6 = [[one[9], one[4]] for one in v6 if one[:2] == ["0" * 32, "00"] and one[9] != "lo"]
    return sorted(default4 + default6)


def look():
    """`same` must be as on the machine; `alone` shows that no other machine is reached, and that nothing waits."""
    v4, v6 = socket.AF_INET, socket.AF_INET6
    own4, own6 = outcome(lambda: own(v4, "203.0.113.9")), outcome(lambda: own(v6, "2001:db8:9::9"))
    same = {
        "addresses": addresses(),
        "gateways": gateways(),
        "configured": [outcome(lambda: configured(v4, "127.0.0.1")), outcome(lambda: configured(v6, "::1"))],
        "own": [own4, own6],
        "bound": [outcome(lambda: bound(v4, own4)), outcome(lambda: bound(v6, own6))],
        "joined": outcome(joined),
    }
    name = outcome(lambda: socket.getaddrinfo("www.example.org", 80) and "found")
    alone = {"tcp": [outcome(lambda: tcp(v4, "203.0.113.9")), outcome(lambda: tcp(v6, "2001:db8:9::9"))], "name": name}
    return {"same": same, "alone": alone}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = json.dumps(look()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


if len(sys.argv) > 1:
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
print(json.dumps(look()["same"]))
