@user # The password stays out of this text, the history and the command line: it is read where only you can read it.
@user eval "$(cachefit connect @PROFILE@ --user @USER@ --format env --reveal)"
@user REDISCLI_AUTH="$CACHE_PASSWORD" \
@single  redis-cli --tls@CACERT@ -h @HOST@ -p @PORT@@AS@
@cluster  redis-cli -c --tls@CACERT@ -h @HOST@ -p @PORT@@AS@
