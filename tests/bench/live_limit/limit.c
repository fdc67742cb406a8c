/* The limit for the fan-out: one thread, epoll, one pre-framed message of 256 bytes to all followers, and nothing else.
   Rule: no parser, no protocol, no allocation per message; what waits for a follower goes out in one send.

   Usage: bench_live_limit; prints "listening PORT", a free one. Followers speak just enough WebSocket to connect; whoever sends "PUBLISH" instead of a request is
   the publisher: each byte that follows is one message to all. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { message_size = 256, burst = 64, fd_limit = 20000 };

enum role { stranger, follower, publisher };

static char frames[message_size * (burst + 1)];
static uint8_t roles[fd_limit];
static uint64_t sent[fd_limit]; /* bytes of the stream this follower has */
static uint8_t waits[fd_limit]; /* EPOLLOUT is on */
static int followers[fd_limit];
static int follower_count;
static uint64_t published; /* bytes of the stream */
static int poller;

static void watch(int fd, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.fd = fd}};
    epoll_ctl(poller, operation, fd, &event);
}

static void drop(int fd) {
    close(fd);
    if (roles[fd] == follower) {
        for (int i = 0; i < follower_count; ++i) {
            if (followers[i] == fd) {
                followers[i] = followers[--follower_count];
                break;
            }
        }
    }
    roles[fd] = stranger;
}

/* Answers 0 when the follower is gone. */
static int catch_up(int fd) {
    while (sent[fd] < published) {
        size_t offset = sent[fd] % message_size;
        uint64_t left = published - sent[fd];
        size_t size = left < message_size * burst ? (size_t)left : (size_t)message_size * burst;
        ssize_t done = send(fd, frames + offset, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0) {
            if (errno == EAGAIN) {
                if (!waits[fd]) {
                    waits[fd] = 1;
                    watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
                }
                return 1;
            }
            drop(fd);
            return 0;
        }
        sent[fd] += (uint64_t)done;
    }
    if (waits[fd]) {
        waits[fd] = 0;
        watch(fd, EPOLL_CTL_MOD, EPOLLIN);
    }
    return 1;
}

static void on_readable(int fd) {
    static const char upgraded[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                                   "\x81\x12{\"is\":\"following\"}";
    char buffer[4096];
    ssize_t size = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN)) {
        drop(fd);
        return;
    }
    if (size < 0) {
        return;
    }
    if (roles[fd] == stranger) {
        if (size >= 7 && memcmp(buffer, "PUBLISH", 7) == 0) {
            roles[fd] = publisher;
            size -= 7;
        } else {
            roles[fd] = follower;
            sent[fd] = published;
            waits[fd] = 0;
            followers[follower_count++] = fd;
            send(fd, upgraded, sizeof upgraded - 1, MSG_NOSIGNAL);
            return;
        }
    }
    if (roles[fd] == publisher && size > 0) {
        published += (uint64_t)size * message_size;
        for (int i = 0; i < follower_count;) {
            i += catch_up(followers[i]);
        }
    }
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < fd_limit ? limit.rlim_max : fd_limit;
    setrlimit(RLIMIT_NOFILE, &limit);

    for (int i = 0; i <= burst; ++i) {
        char* frame = frames + i * message_size;
        memset(frame, 'x', message_size);
        frame[0] = (char)0x81;
        frame[1] = 126;
        frame[2] = 0;
        frame[3] = (char)(message_size - 4);
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        perror("listen");
        return 1;
    }
    poller = epoll_create1(0);
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr*)&address, &length);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);

    struct epoll_event events[256];
    for (;;) {
        int count = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < count; ++i) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                int connection;
                while ((connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    if (connection >= fd_limit) {
                        close(connection);
                        continue;
                    }
                    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    roles[connection] = stranger;
                    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
                }
                continue;
            }
            if ((events[i].events & EPOLLOUT) != 0 && roles[fd] == follower && !catch_up(fd)) {
                continue;
            }
            if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
                on_readable(fd);
            }
        }
    }
}
