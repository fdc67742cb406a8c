# The forum as a container: `docker build -t forum .`, or with its database: `docker compose -f config/compose.yaml up`.
# Rule to keep: the end stage has the program, its files and the libraries that it loads; no compiler, no package lists.

FROM debian:bookworm-slim AS build
COPY . /src
WORKDIR /src
RUN ./dev build release \
    && cmake --install build/release --prefix /opt/forum --strip

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libargon2-1 libcurl4 libboost-url1.81.0 libbrotli1 libcmark-gfm-extensions0.29.0.gfm.6 libcmark-gfm0.29.0.gfm.6 \
        libfmt9 libicu72 libmimalloc2.0 libpq5 libpqxx-6.4 libprometheus-cpp-core1.0 libspdlog1.10 libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/forum --create-home --shell /usr/sbin/nologin forum
COPY --from=build /opt/forum /opt/forum
USER forum
WORKDIR /var/lib/forum
ENV FORUM_LISTEN=0.0.0.0 FORUM_PORT=8080
EXPOSE 8080
# bash asks, so that no download tool is needed in here.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$FORUM_PORT && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/forum/bin/forum"]
CMD ["serve"]
