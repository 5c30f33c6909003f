using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Users;

/// <summary>Passwords and secrets cannot be guessed, and nobody keeps others from signing in.</summary>
public sealed class SignInLimitTests
{
    private const string Home = "127.0.0.1";
    private const string Elsewhere = "127.0.0.2";
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 3, 1, 12, 0));

    [Fact]
    public async Task WrongPasswords_AtTheSameTime_AreAllCounted()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var guesser = Client(server, Elsewhere);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(guess => SignInAsync(guesser, person.Email, $"wrong password {guess}")));

        answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized).ShouldBe(5);
        var refused = answers.First(answer => answer.Status == HttpStatusCode.TooManyRequests);
        refused.Message.ShouldBe("Too many failed sign-in attempts. Try again in 15 minutes.");
        refused.RetryAfter.ShouldBe(900);
    }

    [Fact]
    public async Task Address_UnderAttack_IsOpenWhereThePersonHasSignedInBefore()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var guesser = Client(server, Elsewhere);
        for (var guess = 0; guess < 8; guess++)
            await SignInAsync(guesser, person.Email, "wrong password");

        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);

        // A right password does not help who attacks.
        (await SignInAsync(guesser, person.Email, Person.Password)).Status.ShouldBe(HttpStatusCode.TooManyRequests);
        for (var guess = 0; guess < 5; guess++)
            (await person.SignInAsync("wrong password")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Source_OfManyWrongPasswords_MustWaitWhateverTheAddress()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var guesser = Client(server, Elsewhere);
        for (var guess = 0; guess < 50; guess++)
            (await SignInAsync(guesser, $"nobody{guess}@example.com", "wrong password")).Status
                .ShouldBe(HttpStatusCode.Unauthorized);

        (await SignInAsync(guesser, "nobody@example.com", "wrong password")).Status
            .ShouldBe(HttpStatusCode.TooManyRequests);

        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task RightSecret_ThatCouldNotBeChecked_IsNoFailure()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        var keys = server.Service<AccessKeys>();
        (string, string)[] right = [(server.AccessKeyId, server.ApiSecret)];
        for (var attempt = 0; attempt < 301; attempt++)
            await Should.ThrowAsync<OperationCanceledException>(
                async () => await keys.FindAsync(right, Elsewhere, new CancellationToken(canceled: true)));

        (await keys.FindAsync(right, Elsewhere, TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongSecrets_BySomeHundreds_MustWait(bool isKnown)
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var guesser = Client(server, Elsewhere);
        using var client = Client(server, Home);
        var id = isKnown ? server.AccessKeyId : "no-such-key";
        using var log = new CollectingLog();
        server.Service<ILoggerFactory>().AddProvider(log);

        var answers = new List<Answer>();
        foreach (var guesses in Enumerable.Range(0, 320).Chunk(40))
            answers.AddRange(await Task.WhenAll(guesses.Select(guess => TokenAsync(guesser, id, $"wrong{guess}"))));

        answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized).ShouldBe(300);
        var refused = answers.Last(answer => answer.Status == HttpStatusCode.TooManyRequests);
        refused.RetryAfter.ShouldBe(10);
        refused.Message.ShouldBe("Too many token requests with an incorrect API secret. Try again in 10 seconds.");
        // The client has got tokens from there before.
        (await TokenAsync(client, server.AccessKeyId, server.ApiSecret)).Status.ShouldBe(HttpStatusCode.OK);
        var events = (await server.Client.GetAsync("events?eventName=configuration.serviceuser.updated")).Data;
        events.Count.ShouldBe(isKnown ? 1 : 0);
        log.Lines.Count(line => line.StartsWith($"Warning Access key {id}:", StringComparison.Ordinal))
            .ShouldBe(isKnown ? 1 : 0);
    }

    [Fact]
    public async Task WrongSecret_OfAnUnknownKey_IsAnsweredLikeThatOfAKnownOne()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var guesser = Client(server, Elsewhere);
        string[] ids = [server.AccessKeyId, "no-such-key"];
        var times = ids.ToDictionary(id => id, _ => TimeSpan.MaxValue);

        for (var guess = 0; guess < 10; guess++)
        {
            var answers = new List<Answer>();
            foreach (var id in ids)
            {
                var begin = Stopwatch.GetTimestamp();
                answers.Add(await TokenAsync(guesser, id, $"wrong{guess}"));
                var time = Stopwatch.GetElapsedTime(begin);
                times[id] = time < times[id] ? time : times[id];
            }
            answers[0].Status.ShouldBe(HttpStatusCode.Unauthorized);
            answers[1].ShouldBe(answers[0]);
        }

        // All wait for the same 10 ms, which is longer than it takes to look for a key; timers may be a little early.
        times.Values.ShouldAllBe(time => time > TimeSpan.FromMilliseconds(8));
    }

    [Fact]
    public async Task WrongPassword_OfAnUnknownAddress_IsAnsweredLikeThatOfAKnownOne()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        using var person = await Person.MakeAsync(server.Client);
        using var guesser = Client(server, Elsewhere);
        string[] emails = [person.Email, "nobody@example.com"];
        var times = emails.ToDictionary(email => email, _ => TimeSpan.MaxValue);
        var statuses = new List<HttpStatusCode>();

        for (var guess = 0; guess < 6; guess++)
        {
            var answers = new List<Answer>();
            foreach (var email in emails)
            {
                var begin = Stopwatch.GetTimestamp();
                answers.Add(await SignInAsync(guesser, email, "wrong password"));
                var time = Stopwatch.GetElapsedTime(begin);
                if (answers[^1].Status == HttpStatusCode.Unauthorized && time < times[email])
                    times[email] = time;
            }
            answers[1].ShouldBe(answers[0]);
            statuses.Add(answers[0].Status);
        }

        statuses.ShouldBe(
            [.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 5), HttpStatusCode.TooManyRequests]);
        // A password is hashed for both, which takes some ten milliseconds; without that it is a hundredth.
        times[emails[1]].ShouldBeGreaterThan(times[emails[0]] / 4);
    }

    [Fact]
    public async Task SignIns_OfVeryManyAtOnce_DoNotQueueWithoutBound()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        var logins = server.Service<Logins>();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 150).Select(number => Task.Run(async () =>
        {
            try
            {
                return await logins.SignInAsync(
                    $"nobody{number}@example.com", "wrong password", $"source {number}",
                    TestContext.Current.CancellationToken) is null ? "wrong" : "right";
            }
            catch (ServerBusyException busy)
            {
                return busy.Message;
            }
        })));

        outcomes.ShouldContain("Too many sign-in requests. Try again later.");
        outcomes.ShouldContain("wrong");
        // Who was turned away has not failed.
        var again = Array.FindIndex(outcomes, outcome => outcome != "wrong");
        for (var attempt = 0; attempt < 5; attempt++)
            (await logins.SignInAsync(
                $"nobody{again}@example.com", "wrong password", $"source {again}",
                TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Fact]
    public async Task Secret_OfAClientThatPercentEncodes_IsNoWrongOne()
    {
        await using var server = await ApiServer.StartAsync(clock: _clock);
        var secret = string.Concat(server.ApiSecret.Select(character => $"%{(int)character:X2}"));
        using var client = Client(server, Elsewhere);

        foreach (var chunk in Enumerable.Range(0, 320).Chunk(20))
            foreach (var answer in await Task.WhenAll(
                chunk.Select(_ => TokenAsync(client, server.AccessKeyId, secret))))
                answer.Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>A client whose connections come from an address of this machine.</summary>
    private static HttpClient Client(ApiServer server, string source)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = server.Address };
    }

    private static Task<Answer> SignInAsync(HttpClient client, string email, string password) => SendAsync(
        client,
        new HttpRequestMessage(HttpMethod.Post, "signin")
        {
            Content = new StringContent(
                new JsonObject { ["email"] = email, ["password"] = password }.ToJsonString()),
        });

    private static Task<Answer> TokenAsync(HttpClient client, string id, string secret) => SendAsync(
        client,
        new HttpRequestMessage(HttpMethod.Post, "oauth/token")
        {
            Content = new StringContent("grant_type=client_credentials"),
            Headers =
            {
                Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"))),
            },
        });

    private static async Task<Answer> SendAsync(HttpClient client, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var json = JsonNode.Parse(
                await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            return new Answer(
                response.StatusCode, (string?)json["message"] ?? "",
                (int?)response.Headers.RetryAfter?.Delta?.TotalSeconds);
        }
    }

    private sealed record Answer(HttpStatusCode Status, string Message, int? RetryAfter);
}
