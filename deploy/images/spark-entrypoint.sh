#!/bin/sh
# What a container of the Spark image does: `driver` and `executor` are how Spark's scheduler for
# Kubernetes starts its pods; anything else is run as it is, such as spark-submit.
#
#   OFONE_EXIT_CODE_FILE  where a driver writes how it ended; nowhere by default
set -eu

kind="${1:-}"
case "$kind" in
driver)
    shift
    code=0
    spark-submit --deploy-mode client \
        --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" "$@" || code=$?
    if [ -n "${OFONE_EXIT_CODE_FILE:-}" ]; then echo "$code" >"$OFONE_EXIT_CODE_FILE"; fi
    exit "$code"
    ;;
executor)
    # Java's options come one by one as SPARK_JAVA_OPT_0, SPARK_JAVA_OPT_1, …
    set --
    number=0
    while name="SPARK_JAVA_OPT_$number" && [ -n "$(printenv "$name" || true)" ]; do
        set -- "$@" "$(printenv "$name")"
        number=$((number + 1))
    done
    exec java "$@" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
        -cp "$SPARK_HOME/jars/*${SPARK_CLASSPATH:+:$SPARK_CLASSPATH}" \
        org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
        --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" \
        --cores "$SPARK_EXECUTOR_CORES" --app-id "$SPARK_APPLICATION_ID" \
        --hostname "$SPARK_EXECUTOR_POD_IP" --podName "$SPARK_EXECUTOR_POD_NAME" \
        --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID"
    ;;
*)
    exec "$@"
    ;;
esac
