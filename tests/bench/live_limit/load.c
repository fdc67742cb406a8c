/* Followers and a publisher for the fan-out: counts what arrives and when. Rule: the same for every server; a message is a frame
   of 256 bytes in all, anything else (greetings, presence, heartbeats) is read and not counted.

   Usage: bench_live_load PORT PUBLISH_PORT FOLLOWERS TOPICS IN_FLIGHT MESSAGES ROUNDS
   Connects FOLLOWERS followers spread over TOPICS threads (thread/1, thread/2, ...), then in each round publishes MESSAGES messages with
   IN_FLIGHT of them under way, and prints one line per round: deliveries per second, p50 and p99 in milliseconds from publishing to
   arrival. Before the first round it prints "ready" and waits for a line on standard input, so that the memory can be read. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { message_size = 256, fd_limit = 20000, messages_limit = 65536, buckets = 200000 };

struct state {
    int fd;
    uint32_t received;  /* messages of this round */
    uint32_t skip;      /* bytes of a frame still to come */
    uint8_t counts;     /* that frame is a message */
    uint8_t header[14]; /* of a frame, as far as it is here */
    uint8_t header_size;
    uint8_t in_head; /* the answer's headers are not over */
    uint8_t tail;    /* how much of "\r\n\r\n" was seen */
    uint8_t is_following;
};

static struct state followers[fd_limit];
static uint64_t published_at[messages_limit];
static uint32_t latencies[buckets]; /* by 10 microseconds */
static uint64_t deliveries;

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static void fail(const char* what) {
    perror(what);
    exit(1);
}

static int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (fd < 0 || connect(fd, (struct sockaddr*)&address, sizeof address) != 0) {
        fail("connect");
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void count(struct state* one, uint64_t now) {
    ++one->received;
    ++deliveries;
    uint64_t bucket = (now - published_at[(one->received - 1) % messages_limit]) / 10000;
    ++latencies[bucket < buckets ? bucket : buckets - 1];
}

static void take(struct state* one, const uint8_t* bytes, size_t size, uint64_t now) {
    static const char end[] = "\r\n\r\n";
    size_t at = 0;
    while (one->in_head && at < size) {
        one->tail = bytes[at] == (uint8_t)end[one->tail] ? (uint8_t)(one->tail + 1) : bytes[at] == '\r' ? 1 : 0;
        one->in_head = one->tail != 4;
        ++at;
    }
    while (at < size) {
        if (one->skip > 0) {
            uint32_t part = one->skip < size - at ? one->skip : (uint32_t)(size - at);
            one->skip -= part;
            at += part;
            if (one->skip == 0 && one->counts) {
                count(one, now);
            }
            continue;
        }
        one->header[one->header_size++] = bytes[at++];
        if (one->header_size < 2) {
            continue;
        }
        uint32_t length = one->header[1] & 0x7Fu;
        unsigned need = length == 126 ? 4 : length == 127 ? 10 : 2;
        if (one->header_size < need) {
            continue;
        }
        if (length == 126) {
            length = (uint32_t)one->header[2] << 8 | one->header[3];
        } else if (length == 127) {
            length = (uint32_t)one->header[8] << 8 | one->header[9];
        }
        one->counts = need + length == message_size;
        one->skip = length;
        one->header_size = 0;
        /* the only frame of this kind before the rounds begin */
        if (!one->counts && length > 16 && size - at >= 18 && memmem(bytes + at, size - at, "following", 9) != NULL) {
            one->is_following = 1;
        }
    }
}

static void read_from(struct state* one) {
    uint8_t buffer[65536];
    for (;;) {
        ssize_t size = recv(one->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) {
            return;
        }
        if (size <= 0) {
            fprintf(stderr, "a follower was closed\n");
            exit(1);
        }
        take(one, buffer, (size_t)size, now_ns());
        if ((size_t)size < sizeof buffer) {
            return;
        }
    }
}

static void send_follow(int fd, int topic) {
    char payload[64];
    int length = snprintf(payload, sizeof payload, "{\"do\":\"follow\",\"topic\":\"thread/%d\"}", topic);
    uint8_t frame[80] = {0x81, (uint8_t)(0x80 | length)}; /* a mask of zeros is a mask */
    memcpy(frame + 6, payload, (size_t)length);
    if (send(fd, frame, (size_t)length + 6, MSG_NOSIGNAL) < 0) {
        fail("follow");
    }
}

static double percentile(double part) {
    uint64_t total = 0;
    for (int i = 0; i < buckets; ++i) {
        total += latencies[i];
    }
    uint64_t wanted = (uint64_t)((double)total * part), seen = 0;
    for (int i = 0; i < buckets; ++i) {
        seen += latencies[i];
        if (seen > wanted) {
            return i / 100.0;
        }
    }
    return 0;
}

int main(int argc, char** argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: %s PORT PUBLISH_PORT FOLLOWERS TOPICS IN_FLIGHT MESSAGES ROUNDS\n", argv[0]);
        return 2;
    }
    const int port = atoi(argv[1]), publish_port = atoi(argv[2]), count_followers = atoi(argv[3]), topics = atoi(argv[4]);
    const uint32_t in_flight = (uint32_t)atoi(argv[5]), messages = (uint32_t)atoi(argv[6]);
    const int rounds = atoi(argv[7]);
    if (messages > messages_limit || count_followers > fd_limit) {
        fprintf(stderr, "too many\n");
        return 2;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    int poller = epoll_create1(0);
    static const char request[] =
        "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: forum.v1\r\n\r\n";
    for (int i = 0; i < count_followers; ++i) {
        struct state* one = &followers[i];
        one->fd = connect_to(port);
        one->in_head = 1;
        if (send(one->fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0) {
            fail("request");
        }
        uint8_t buffer[1024];
        while (one->in_head) {
            ssize_t size = recv(one->fd, buffer, sizeof buffer, 0);
            if (size <= 0) {
                fail("handshake");
            }
            take(one, buffer, (size_t)size, 0);
        }
        send_follow(one->fd, 1 + i % topics);
        while (!one->is_following) {
            ssize_t size = recv(one->fd, buffer, sizeof buffer, 0);
            if (size <= 0) {
                fail("following");
            }
            take(one, buffer, (size_t)size, 0);
        }
        struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = one}};
        epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event);
    }
    int publisher = connect_to(publish_port);
    if (send(publisher, "PUBLISH", 7, 0) != 7) {
        fail("publisher");
    }
    printf("ready\n");
    fflush(stdout);
    char line[16];
    if (fgets(line, sizeof line, stdin) == NULL) {
        return 1;
    }

    struct epoll_event events[512];
    for (int round = 0; round < rounds; ++round) {
        memset(latencies, 0, sizeof latencies);
        deliveries = 0;
        for (int i = 0; i < count_followers; ++i) {
            followers[i].received = 0;
        }
        /* With several topics a message goes to all of them: `topics` bytes, and each follower gets one. */
        char bytes[4096];
        memset(bytes, '.', sizeof bytes);
        uint32_t begun = 0;
        const uint64_t start = now_ns();
        while (deliveries < (uint64_t)count_followers * messages) {
            while (begun < messages && begun < deliveries / (uint64_t)count_followers + in_flight) {
                published_at[begun % messages_limit] = now_ns();
                for (int left = topics; left > 0;) {
                    ssize_t done = send(publisher, bytes, (size_t)(left < 4096 ? left : 4096), 0);
                    if (done <= 0) {
                        fail("publish");
                    }
                    left -= (int)done;
                }
                ++begun;
            }
            int ready = epoll_wait(poller, events, 512, 10000);
            if (ready <= 0) {
                fprintf(stderr, "nothing arrives: %llu of %llu\n", (unsigned long long)deliveries,
                        (unsigned long long)count_followers * messages);
                return 1;
            }
            for (int i = 0; i < ready; ++i) {
                read_from(events[i].data.ptr);
            }
        }
        const double seconds = (double)(now_ns() - start) / 1e9;
        printf("%.0f %.2f %.2f\n", (double)deliveries / seconds, percentile(0.5), percentile(0.99));
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL) {
            return 0;
        }
    }
    return 0;
}
