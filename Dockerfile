# syntax=docker/dockerfile:1

# The front ends. Lockfiles come first, so that a change of source does not install again.
FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/admin/package.json web/admin/package-lock.json admin/
RUN --mount=type=cache,target=/root/.npm cd admin && npm ci --no-audit --no-fund
COPY web/mini/package.json web/mini/package-lock.json mini/
RUN --mount=type=cache,target=/root/.npm cd mini && npm ci --no-audit --no-fund
COPY web/ ./
RUN cd admin && npm run build
RUN cd mini && npm run build:h5 && npm run build:mp-weixin

# The strategies and the binary, static, so that the last stage needs no toolchain.
FROM golang:1.26-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-buildvcs=false
COPY go.mod go.sum ./
COPY plugins/sdk/go.mod plugins/sdk/go.sum plugins/sdk/
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
COPY --from=web /src/web/dist/ web/dist/
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    mkdir -p bin/strategies \
    && go build -trimpath -o bin/strategies/ ./plugins/builtin/cmd/... \
    && go build -trimpath -o bin/fenli ./cmd/fenli

# What runs: an account without rights and one writable folder.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata curl fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/fenli fenli
WORKDIR /app
COPY --from=build /src/bin/fenli bin/fenli
COPY --from=build /src/bin/strategies/ bin/strategies/
COPY LICENSE ./
USER fenli
ENV FENLI_ADDR=0.0.0.0:8080 FENLI_DIR=/var/lib/fenli FENLI_LOG=json
VOLUME /var/lib/fenli
EXPOSE 8080
ENTRYPOINT ["/app/bin/fenli"]
CMD ["serve"]
