using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Tallystick.Client;

/// <summary>Sends a batch until it is accepted. Measurements that the API refuses are left out.</summary>
internal sealed partial class BatchSender(
    ApiConnection api, Action<RefusedMeasurement> onRefused, Action<TallystickException> onFailure)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    internal async Task SendAsync(IReadOnlyList<byte[]> measurements, CancellationToken cancellationToken)
    {
        for (var failures = 0; measurements.Count > 0; failures++)
        {
            try
            {
                await PostAsync(measurements, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TallystickApiException refusal) when (IsAboutMeasurements(refusal))
            {
                var (first, second) = Divide(measurements, refusal);
                await SendAsync(first, cancellationToken).ConfigureAwait(false);
                measurements = second;
                failures = 0;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it is, such as a token source that fails: measurements are not dropped for it.
                onFailure(failure as TallystickException ?? new($"Sending failed: {failure.Message}", failure));
                await Task.Delay(Wait(failures), api.Transport.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private Task PostAsync(IReadOnlyList<byte[]> measurements, CancellationToken cancellationToken)
    {
        var body = new MemoryStream(measurements.Sum(one => one.Length + 1) + Batch.Overhead);
        body.Write("{\"measurements\":["u8);
        foreach (var (index, measurement) in measurements.Index())
        {
            if (index > 0)
                body.WriteByte((byte)',');
            body.Write(measurement);
        }
        body.Write("]}"u8);
        // Each has a uid, so what arrives twice counts once.
        return api.SendAsync(
            ApiRequest.Post($"measurements", body.GetBuffer().AsMemory(0, (int)body.Length), "application/json")
                .Repeatable(),
            cancellationToken);
    }

    private static bool IsAboutMeasurements(TallystickApiException refusal) => refusal.Status is
        HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    // Without those that are named. If none is, each part is tried on its own, down to one that cannot be divided.
    private (IReadOnlyList<byte[]> First, IReadOnlyList<byte[]> Second) Divide(
        IReadOnlyList<byte[]> measurements, TallystickApiException refusal)
    {
        var named = refusal.Issues.Select(issue => (Issue: issue, Index: IndexOf(issue)))
            .Where(one => one.Index >= 0 && one.Index < measurements.Count)
            .ToLookup(one => one.Index, one => one.Issue);
        if (named.Count > 0)
        {
            foreach (var issues in named)
                Refuse(measurements[issues.Key], refusal, [.. issues]);
            return ([], [.. measurements.Where((_, index) => !named.Contains(index))]);
        }
        if (measurements.Count == 1)
        {
            Refuse(measurements[0], refusal, refusal.Issues);
            return ([], []);
        }
        var middle = measurements.Count / 2;
        return ([.. measurements.Take(middle)], [.. measurements.Skip(middle)]);
    }

    private void Refuse(byte[] measurement, TallystickApiException refusal, IReadOnlyList<ApiIssue> issues) =>
        onRefused(new(Encoding.UTF8.GetString(measurement), refusal, issues));

    private static int IndexOf(ApiIssue issue) =>
        Place().Match(issue.Path) is { Success: true } match
        && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index : -1;

    private static TimeSpan Wait(int failures)
    {
        var wait = RetryRules.Backoff(0, Random.Shared.NextDouble()) * Math.Pow(2, Math.Min(failures, 10));
        return wait < LongestWait ? wait : LongestWait;
    }

    [GeneratedRegex(@"^measurements\[(\d+)\]")]
    private static partial Regex Place();
}
