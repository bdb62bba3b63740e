@password // StackExchange.Redis 2.6.111 or later.
@nobody // StackExchange.Redis 2.6.111 or later.
@iam // StackExchange.Redis 2.6.111 or later, AWSSDK.Core 4.0 or later.
@iam using Amazon.Runtime;
@iam using Amazon.Runtime.Credentials;
@iam using Amazon.Runtime.Internal;
@iam using Amazon.Runtime.Internal.Auth;
@iam using Amazon.Runtime.Internal.Util;
using StackExchange.Redis;
@iam using StackExchange.Redis.Configuration;

/// One multiplexer an instance, made once and never disposed in a request.
/// ThreadPool.SetMinThreads(50, 50) at the start keeps bursts from timing out.
public static class Cache
{
@nodes     const CommandFlags To = CommandFlags.None;
@serverless     // Else commands go to port 6380 of the same name while 6379 is away, which answers MOVED.
@serverless     const CommandFlags To = CommandFlags.DemandMaster;

    static readonly Lazy<Task<ConnectionMultiplexer>> Connection = new(() =>
    {
@single         var options = new ConfigurationOptions { EndPoints = { "@HOST@:@PORT@" } };
@cluster         var options = new ConfigurationOptions { EndPoints = { @NODES@ } };
@password         options.User = "@USER@";
@password         options.Password = Environment.GetEnvironmentVariable("CACHE_PASSWORD"); // @SECRET@
@iam         options.Defaults = new Iam();
@tls         options.Ssl = true;
@ca         options.SslHost = "@NAME@";
@ca         options.TrustIssuer("@CA@");
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = @CONNECT@;
        options.SyncTimeout = options.AsyncTimeout = 500;
        options.KeepAlive = 30;
@cluster         options.ConfigCheckSeconds = 60; // the map of slots is read again, too
        options.ReconnectRetryPolicy = new ExponentialRetry(50, 500);
        options.BacklogPolicy = BacklogPolicy.FailFast;
        return ConnectionMultiplexer.ConnectAsync(options);
    });

    /// The cache is optional: an error goes to the source. An empty text is cached, too.
    public static async Task<string> GetOrLoad(string key, TimeSpan ttl, Func<Task<string>> load)
    {
        try
        {
            var hit = await (await Connection.Value).GetDatabase().StringGetAsync(key, To);
            if (hit.HasValue) return hit!;
        }
        catch (RedisException) { } catch (TimeoutException) { }
        var value = await load() ?? "";
        if (Connection.Value.IsCompletedSuccessfully)
            _ = Connection.Value.Result.GetDatabase().StringSetAsync(
                key, value, ttl * (0.9 + 0.2 * Random.Shared.NextDouble()), flags: To | CommandFlags.FireAndForget);
        return value;
    }

    public static async Task Close() => await (await Connection.Value).CloseAsync(); // in tests
@iam
@iam     // ElastiCache cuts a connection 12 hours after it signed in: open ones sign in again before. Those of
@iam     // subscriptions cannot; they are cut and come back by themselves.
@iam     static readonly Timer Renew = new(async _ =>
@iam     {
@iam         try
@iam         {
@iam             foreach (var server in (await Connection.Value).GetServers())
@iam                 await server.ExecuteAsync("AUTH", "@USER@", Iam.Token());
@iam         }
@iam         catch (Exception) { /* what could not is cut, and comes back with a new token */ }
@iam     }, null, TimeSpan.FromHours(11), TimeSpan.FromHours(11));
@iam
@iam     /// Signs a token of 15 minutes for each new connection. The role needs elasticache:Connect on cache and user.
@iam     sealed class Iam : DefaultOptionsProvider
@iam     {
@iam         sealed class Connect : AmazonWebServiceRequest { }
@iam         static readonly AWSCredentials Role = DefaultAWSCredentialsIdentityResolver.GetCredentials();
@iam         public override string User => "@USER@";
@iam         public override string Password => Token();
@iam
@iam         public static string Token()
@iam         {
@iam             var keys = Role.GetCredentials();
@iam             IRequest request = new DefaultRequest(new Connect(), "elasticache")
@iam                 { HttpMethod = "GET", UseQueryString = true, Endpoint = new Uri("https://@CACHE@/") };
@iam             request.Parameters["Action"] = "connect";
@iam             request.Parameters["User"] = "@USER@";
@iam @serverless             request.Parameters["ResourceType"] = "ServerlessCache";
@iam             request.Parameters["X-Amz-Expires"] = "900";
@iam             if (keys.UseToken) request.Parameters["X-Amz-Security-Token"] = keys.Token;
@iam             var signed = AWS4PreSignedUrlSigner.SignRequest(
@iam                 request, null, new RequestMetrics(), keys.AccessKey, keys.SecretKey, "elasticache", "@REGION@");
@iam             return AmazonServiceClient.ComposeUrl(request).AbsoluteUri["https://".Length..] + "&" + signed.ForQueryParameters;
@iam         }
@iam     }
}
