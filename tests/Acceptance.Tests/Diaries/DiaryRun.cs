using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>Lives a diary on a server: each step is a request, each bill is compared with the one expected.</summary>
internal sealed partial class DiaryRun(ClockedServer server)
{
    private const string Members = "+ ";
    private const string Gives = "gives ";

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private int _uids;

    /// <summary>Takes one step.</summary>
    public async Task TakeAsync(DiaryStep step)
    {
        try
        {
            if (ExpectedBill().Match(step.Text) is { Success: true } bill)
                await CompareAsync(
                    await BillIdAsync(
                        bill.Groups["account"].Value, bill.Groups["date"].Value, bill.Groups["frequency"].Value),
                    step.Details);
            else if (NoBill().Match(step.Text) is { Success: true } none)
                (await BillsAsync(none.Groups["account"].Value, none.Groups["date"].Value)).ShouldBeEmpty();
            else
                await RequestAsync(step);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new DiaryException($"{step.Place}: {step.Text}\n{fault.Message}", fault);
        }
    }

    private async Task CompareAsync(string billId, IReadOnlyList<string> written)
    {
        var expected = BillTable.Expected(written);
        var bill = await GetAsync($"bills/{billId}");
        var actual = BillTable.Actual(bill.AsObject());
        if (!expected.SequenceEqual(actual))
            throw new FormatException(BillTable.SideBySide(expected, actual));
    }

    private async Task RequestAsync(DiaryStep step)
    {
        var (refusal, text) = Refused().Match(step.Text) is { Success: true } refused
            ? (int.Parse(refused.Groups["status"].Value, CultureInfo.InvariantCulture), refused.Groups["step"].Value)
            : (0, step.Text);
        var request = StepRequest.Of(text);
        var path = await WithIdsAsync(request.Path);
        var body = request.Body is null ? null : JsonNode.Parse(await WithIdsAsync(request.Body))!.AsObject();
        foreach (var members in step.Details.Where(detail => detail.StartsWith(Members, StringComparison.Ordinal)))
            Merge(body ??= [], JsonNode.Parse(await WithIdsAsync(members[Members.Length..]))!.AsObject());
        var answer = await SendAsync(request.Method, path, body, refusal);
        if (request.Name.Length > 0 && refusal == 0)
            _ids[request.Name] = (string)(answer["id"] ?? answer["newAccountPlan"]!["id"])!;
        if (request.Method == "GET" && body is not null)
            foreach (var (member, value) in body)
                Hold(answer, $"{member} {value}");
        foreach (var given in step.Details.Where(detail => detail.StartsWith(Gives, StringComparison.Ordinal)))
            Hold(answer, given[Gives.Length..]);
    }

    private async Task<JsonNode> SendAsync(string method, string path, JsonObject? body, int refusal)
    {
        var verb = method switch { "CHANGE" => "PUT", "JOB" => "POST", _ => method };
        if (method == "CHANGE")
        {
            var stored = (await GetAsync(path)).AsObject();
            Merge(stored, body!);
            body = stored;
        }
        var (status, answer) = await server.SendAsync(verb, path, verb == "GET" ? null : body);
        if (status != (refusal == 0 ? 200 : refusal))
            throw new FormatException($"The server answers with {status}: {answer?["message"]}");
        if (method != "JOB" || refusal != 0)
            return answer ?? new JsonObject();
        await server.RunDueAsync();
        var job = await GetAsync($"billjobs/{answer!["id"]}");
        ((string)job["status"]!).ShouldBe("COMPLETE");
        job["failures"]?.ToJsonString().ShouldBeNull();
        return job;
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        var (status, answer) = await server.SendAsync("GET", path, null);
        status.ShouldBe(200, answer?.ToJsonString());
        return answer!;
    }

    private async Task<string> WithIdsAsync(string text)
    {
        var filled = new StringBuilder();
        var end = 0;
        foreach (Match match in Id().Matches(text))
        {
            filled.Append(text, end, match.Index - end).Append(await IdAsync(match.Groups["name"].Value));
            end = match.Index + match.Length;
        }
        return filled.Append(text, end, text.Length - end).ToString();
    }

    private async Task<string> IdAsync(string name)
    {
        if (name == "uid")
            return $"u{_uids++}";
        if (Bill().Match(name) is { Success: true } bill)
            return await BillIdAsync(bill.Groups["account"].Value, bill.Groups["date"].Value)
                + bill.Groups["rest"].Value;
        // Names have slashes too, and the rest of a path can follow: $alder/basic/replace.
        for (var length = name.Length; length > 0; length = name.LastIndexOf('/', length - 1))
            if (_ids.TryGetValue(name[..length], out var id))
                return id + name[length..];
        throw new FormatException($"Nothing is named {name}.");
    }

    // The only bill of the date, or the only one of the frequency.
    private async Task<string> BillIdAsync(string account, string date, string frequency = "")
    {
        var bills = (await BillsAsync(account, date))
            .Where(bill => frequency.Length == 0 || (string)bill!["billingFrequency"]! == frequency).ToList();
        return bills is [var only]
            ? (string)only!["id"]! : throw new FormatException($"{account} has {bills.Count} bills of {date}.");
    }

    private async Task<JsonArray> BillsAsync(string account, string date) =>
        (await GetAsync($"bills?accountId={_ids[account]}&billDate={date}"))["data"]!.AsArray();

    private static void Merge(JsonObject into, JsonObject members)
    {
        foreach (var (name, value) in members)
            into[name] = value?.DeepClone();
    }

    // Holds that an answer has a value: totals.0.change 28 = 7 x 4.
    private static void Hold(JsonNode answer, string text)
    {
        var parts = text.Split(' ', 2, StringSplitOptions.TrimEntries);
        JsonNode? found = answer;
        foreach (var name in parts[0].Split('.'))
            found = int.TryParse(name, CultureInfo.InvariantCulture, out var index) ? found![index] : found![name];
        if (found?.GetValueKind() == JsonValueKind.Number)
            Arithmetic.Number(found.ToJsonString()).ShouldBe(Arithmetic.Figure(parts[1]), parts[0]);
        else
            (found?.ToString() ?? "nothing").ShouldBe(parts[1], parts[0]);
    }

    [GeneratedRegex(@"^the ((?<frequency>[A-Z_]+) )?bill of (?<account>\S+) of (?<date>\S+) is$")]
    private static partial Regex ExpectedBill();

    [GeneratedRegex(@"^(?<account>\S+) has no bill of (?<date>\S+)$")]
    private static partial Regex NoBill();

    [GeneratedRegex(@"^refused with (?<status>\d+): (?<step>.*)$")]
    private static partial Regex Refused();

    [GeneratedRegex(@"\$(?<name>[\w/-]+)")]
    private static partial Regex Id();

    [GeneratedRegex(@"^bill/(?<account>[^/]+)/(?<date>[\d-]+)(?<rest>.*)$")]
    private static partial Regex Bill();
}

/// <summary>A diary that did not come true.</summary>
internal sealed class DiaryException(string message, Exception cause) : Exception(message, cause);
