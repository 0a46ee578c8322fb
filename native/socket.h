/* Of socket(2), unix(7) and the like. No header for programs without a C library has them. */
#ifndef SOCKET_H
#define SOCKET_H

enum { AF_UNIX = 1, AF_INET = 2, AF_NETLINK = 16 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, sock_type = 0xf };
enum { MSG_DONTWAIT = 0x40, MSG_CMSG_CLOEXEC = 0x40000000 };

#endif
