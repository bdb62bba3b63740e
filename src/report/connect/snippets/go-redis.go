@password // Package cache: github.com/redis/go-redis/v9 9.7 or later, Go 1.22 or later.
@nobody // Package cache: github.com/redis/go-redis/v9 9.7 or later, Go 1.22 or later.
@iam // Package cache: github.com/redis/go-redis/v9 9.7 or later, github.com/aws/aws-sdk-go-v2 1.30 or later with its
@iam // config, Go 1.22 or later.
package cache

import (
	"context"
@tls 	"crypto/tls"
@ca 	"crypto/x509"
	"math/rand/v2"
@iam 	"net/http"
@iam 	"net/url"
@env 	"os"
@iam 	"strings"
@iam 	"sync"
	"time"

@iam 	"github.com/aws/aws-sdk-go-v2/aws"
@iam 	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
@iam 	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/redis/go-redis/v9"
)

// One client an instance, outside of the handler; connections are opened when they are needed.
@single var client = redis.NewClient(&redis.Options{
@single 	Addr: "@HOST@:@PORT@",
@cluster // The map of slots is read again every minute, and at once when one has moved.
@serverless // Never ReadOnly: port 6380 of the same name answers MOVED to what is not read from replicas.
@cluster var client = redis.NewClusterClient(&redis.ClusterOptions{
@cluster 	Addrs: []string{@NODES@},
@password 	Username: "@USER@", Password: os.Getenv("CACHE_PASSWORD"), // @SECRET@
@iam 	CredentialsProviderContext: token,          // for each new connection
@iam 	ConnMaxLifetime:            11 * time.Hour, // ElastiCache cuts a connection 12 hours after it signed in
@ca 	TLSConfig: &tls.Config{RootCAs: roots(), ServerName: "@NAME@", MinVersion: tls.VersionTLS12},
@public 	TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	DialTimeout: @CONNECT@ * time.Millisecond, ReadTimeout: 500 * time.Millisecond, WriteTimeout: 500 * time.Millisecond,
	PoolSize: 2, MaxRetries: 1, MinRetryBackoff: 20 * time.Millisecond, MaxRetryBackoff: 300 * time.Millisecond,
	ContextTimeoutEnabled: true,
})
@iam
@iam var role = sync.OnceValues(func() (aws.Config, error) {
@iam 	return config.LoadDefaultConfig(context.Background(), config.WithRegion("@REGION@"))
@iam })
@iam
@iam // token is signed here, without a call, and lets in for 15 minutes. The role needs elasticache:Connect on cache and user.
@iam func token(ctx context.Context) (string, string, error) {
@iam 	cfg, err := role()
@iam 	if err != nil {
@iam 		return "", "", err
@iam 	}
@iam 	keys, err := cfg.Credentials.Retrieve(ctx)
@iam 	if err != nil {
@iam 		return "", "", err
@iam 	}
@iam 	query := url.Values{"Action": {"connect"}, "User": {"@USER@"}, "X-Amz-Expires": {"900"}}
@iam @serverless 	query.Set("ResourceType", "ServerlessCache")
@iam 	request, err := http.NewRequest(http.MethodGet, "https://@CACHE@/?"+query.Encode(), nil)
@iam 	if err != nil {
@iam 		return "", "", err
@iam 	}
@iam 	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of no body
@iam 	signed, _, err := v4.NewSigner().PresignHTTP(ctx, keys, request, empty, "elasticache", "@REGION@", time.Now())
@iam 	return "@USER@", strings.TrimPrefix(signed, "https://"), err
@iam }

@ca func roots() *x509.CertPool {
@ca 	pool := x509.NewCertPool()
@ca 	if pem, err := os.ReadFile("@CA@"); err == nil {
@ca 		pool.AppendCertsFromPEM(pem)
@ca 	}
@ca 	return pool
@ca }
@ca
// GetOrLoad takes the deadline from the request. An empty value is cached, too. See client.PoolStats() for metrics.
func GetOrLoad(ctx context.Context, key string, ttl time.Duration, load func() (string, error)) (string, error) {
	if hit, err := client.Get(ctx, key).Result(); err == nil {
		return hit, nil
	}
	value, err := load() // the cache is optional: go to the source
	if err == nil {
		client.Set(ctx, key, value, time.Duration(float64(ttl)*(0.9+0.2*rand.Float64())))
	}
	return value, err
}

// Close is for tests.
func Close() error { return client.Close() }
