# One image for all of the demo's processes; docker-compose.yml gives each its command.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
# What stands between the build and the registry is passed in and not kept in a layer:
# --build-arg NPM_REGISTRY=... for a mirror, --secret id=ca,src=... for the certificates of a company's proxy.
ARG NPM_REGISTRY=https://registry.npmjs.org/
COPY package.json package-lock.json .npmrc ./
# The demo's monolith takes uploads through a package that the kit itself does not need.
ARG DEMO_PACKAGES="busboy streamsearch"
RUN --mount=type=secret,id=ca,target=/run/secrets/ca \
    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca npm_config_cafile=/run/secrets/ca; fi \
 && npm ci --ignore-scripts --registry="$NPM_REGISTRY" \
 && mkdir kept && for name in $DEMO_PACKAGES; do cp -r "node_modules/$name" kept/; done \
 && npm prune --omit=dev --ignore-scripts --registry="$NPM_REGISTRY" \
 && cp -r kept/. node_modules/ && rm -r kept

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
RUN install -d -o node -g node /app/uploads
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY chassis ./chassis
COPY acl ./acl
COPY facade ./facade
COPY migrations ./migrations
COPY cli ./cli
COPY legacy-monolith ./legacy-monolith
COPY new-services ./new-services
COPY scripts ./scripts
USER node
