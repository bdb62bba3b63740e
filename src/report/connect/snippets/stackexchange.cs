using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

/// One multiplexer an instance, made once and never disposed in a request.
/// ThreadPool.SetMinThreads(50, 50) at the start keeps bursts from timing out.
public static class Cache
{
    static readonly Lazy<Task<ConnectionMultiplexer>> Connection = new(() =>
    {
@single         var options = new ConfigurationOptions { EndPoints = { "@HOST@:@PORT@" } };
@cluster         var options = new ConfigurationOptions { EndPoints = { @NODES@ } };
@user         options.User = "@USER@";
@user         options.Password = Environment.GetEnvironmentVariable("CACHE_PASSWORD");
        options.Ssl = true;
        options.SslHost = "@NAME@";
@ca         options.TrustIssuer("@CA@");
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 1500;
        options.SyncTimeout = options.AsyncTimeout = 500;
        options.KeepAlive = 30;
        options.ReconnectRetryPolicy = new ExponentialRetry(50, 500);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return ConnectionMultiplexer.ConnectAsync(options);
    });

    /// The cache is optional: an error goes to the source. An empty text is cached, too.
    public static async Task<string> GetOrLoad(string key, TimeSpan ttl, Func<Task<string>> load)
    {
        try
        {
            var hit = await (await Connection.Value).GetDatabase().StringGetAsync(key);
            if (hit.HasValue) return hit!;
        }
        catch (RedisException) { } catch (TimeoutException) { }
        var value = await load() ?? "";
        if (Connection.Value.IsCompletedSuccessfully)
            _ = Connection.Value.Result.GetDatabase().StringSetAsync(
                key, value, ttl * (0.9 + 0.2 * Random.Shared.NextDouble()), flags: CommandFlags.FireAndForget);
        return value;
    }

    public static async Task Close() => await (await Connection.Value).CloseAsync(); // in tests
}
