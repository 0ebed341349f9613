/*
 * tool.c - what the demo scripts cannot do in bash
 *
 *   tool now          microseconds of the monotonic clock (the clock of log.h)
 *   tool kill PID     SIGKILL, then the time
 *   tool port         a TCP port of 127.0.0.1 that nobody uses, below the range of outgoing connections and above
 *                     those of the test harness
 */
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"

static int free_port(void)
{
    for (int try = 0;; try++) {
        int port = 22000 + (int)((getpid() * 131LL + try * 7LL) % 10000);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int failed = bind(fd, (struct sockaddr *)&address, sizeof address);
        close(fd);
        if (!failed)
            return port;
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "now") == 0) {
        printf("%lld\n", clock_us());
    } else if (argc == 3 && strcmp(argv[1], "kill") == 0) {
        long long at = clock_us();
        if (kill((pid_t)atol(argv[2]), SIGKILL) != 0) {
            perror("kill");
            return 1;
        }
        printf("%lld\n", at);
    } else if (argc == 2 && strcmp(argv[1], "port") == 0) {
        printf("%d\n", free_port());
    } else {
        fprintf(stderr, "usage: tool now | kill PID | port\n");
        return 2;
    }
    return 0;
}
