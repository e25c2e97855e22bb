#!/bin/sh
# Builds the images of the services and of training with buildah; no daemon is needed.
#
#   deploy/images/build.sh                       all four images
#   deploy/images/build.sh profile training      these
#   deploy/images/build.sh spark                 the one for training on Spark, which few need
#
#   BASE      another base image, such as one made with debootstrap
#   TAG       tag of the images; `latest` by default
#   ISOLATION buildah's isolation; `chroot` where no user namespaces are to be had
#   NETWORK   buildah's network while building; `host` by default
#
# This machine's certificates and configuration of pip are mounted while the build runs, so that
# a mirror serves it too; neither is written into an image. The certificates lie under a layer that is
# thrown away, for Debian's Java writes beside them while it is installed.
set -eu

cd "$(dirname "$0")/../.."
TAG="${TAG:-latest}"
PIP_SETTINGS="$(mktemp)"
trap 'rm -f "$PIP_SETTINGS"' EXIT

# Prints what pip is configured with (files and PIP_* variables, the latter first) as one file.
pip_settings() {
    echo '[global]'
    python3 -m pip config list \
        | sed -n "s/^\(:env:\|global\|install\)\.\([a-z-]*\)='\(.*\)'\$/\2 = \3/p" \
        | grep -E '^(index-url|extra-index-url|trusted-host|cert|proxy|timeout|retries) ' \
        | grep -v 'file:' | awk '!seen[$1]++' || true
}

build() { # recipe, image, then further build arguments
    recipe="$1"
    image="$2"
    shift 2
    buildah bud --quiet --layers --isolation "${ISOLATION:-chroot}" --network "${NETWORK:-host}" \
        --volume /etc/ssl/certs:/etc/ssl/certs:O --secret "id=pip,src=$PIP_SETTINGS" \
        ${BASE:+--build-arg "BASE=$BASE"} "$@" \
        --file "deploy/images/$recipe.Containerfile" --tag "ofone-$image:$TAG" . >/dev/null
    echo "built ofone-$image:$TAG"
}

pip_settings >"$PIP_SETTINGS"
for image in ${@:-profile embedding recommendation training}; do
    case "$image" in
    profile) build service profile --build-arg SERVICE=profile ;;
    embedding) build service embedding --build-arg SERVICE=embedding ;;
    recommendation)
        build service recommendation --build-arg SERVICE=recommendation \
            --build-arg PACKAGES=libgomp1
        ;;
    training)
        build training training --build-arg "VERSION=$(git rev-parse HEAD 2>/dev/null || echo unstated)"
        ;;
    spark)
        build spark spark --build-arg "VERSION=$(git rev-parse HEAD 2>/dev/null || echo unstated)"
        ;;
    *)
        echo "$image: not one of profile, embedding, recommendation, training, spark" >&2
        exit 2
        ;;
    esac
done
