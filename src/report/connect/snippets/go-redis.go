package cache

import (
	"context"
	"crypto/tls"
@ca 	"crypto/x509"
	"math/rand/v2"
@env 	"os"
	"time"

	"github.com/redis/go-redis/v9"
)

// One client an instance, outside of the handler; connections are opened when they are needed.
@single var client = redis.NewClient(&redis.Options{
@single 	Addr: "@HOST@:@PORT@",
@cluster var client = redis.NewClusterClient(&redis.ClusterOptions{
@cluster 	Addrs: []string{@NODES@},
@user 	Username: "@USER@", Password: os.Getenv("CACHE_PASSWORD"),
@ca 	TLSConfig: &tls.Config{RootCAs: roots(), ServerName: "@NAME@", MinVersion: tls.VersionTLS12},
@public 	TLSConfig: &tls.Config{ServerName: "@NAME@", MinVersion: tls.VersionTLS12},
	DialTimeout: 1500 * time.Millisecond, ReadTimeout: 500 * time.Millisecond, WriteTimeout: 500 * time.Millisecond,
	PoolSize: 2, MaxRetries: 1, MinRetryBackoff: 20 * time.Millisecond, MaxRetryBackoff: 300 * time.Millisecond,
	ContextTimeoutEnabled: true,
})

@ca func roots() *x509.CertPool {
@ca 	pool := x509.NewCertPool()
@ca 	if pem, err := os.ReadFile("@CA@"); err == nil {
@ca 		pool.AppendCertsFromPEM(pem)
@ca 	}
@ca 	return pool
@ca }

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
