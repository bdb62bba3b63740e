@user # The password stays out of the command line: it is read from a file that only you can read.
@user REDISCLI_AUTH="$CACHE_PASSWORD" \
@single  redis-cli --tls@CACERT@ -h @HOST@ -p @PORT@@AS@
@cluster  redis-cli -c --tls@CACERT@ -h @HOST@ -p @PORT@@AS@
