using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>
/// Invented companies live a year through the API. Their diaries are the files beside this one; the figures in them
/// are reckoned by hand.
/// </summary>
public sealed class DiaryTests
{
    private static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Acceptance.Tests", "Diaries");

    public static TheoryData<string> Companies =>
        [.. Directory.GetFiles(Folder, "*.diary").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Theory]
    [MemberData(nameof(Companies))]
    public async Task Diary_OfACompany_ComesTrue(string company)
    {
        var days = Diary.Read(Path.Combine(Folder, $"{company}.diary"));
        await using var server = await ClockedServer.StartAsync(NoonOf(days[0]));
        var run = new DiaryRun(server);

        foreach (var day in days)
        {
            await server.MoveToAsync(NoonOf(day));
            foreach (var step in day.Steps)
                await run.TakeAsync(step);
        }
    }

    [Theory]
    [InlineData("14.52 = 30 x 15/31", "14.52")]
    [InlineData("-4.26 = -(12 - 9) x 2 x 22/31", "-4.26")]
    [InlineData("8 = 7.5 x 1", "8")]
    public void Figure_WithItsArithmetic_IsRounded(string text, string figure) =>
        Arithmetic.Figure(text).ShouldBe(Arithmetic.Number(figure));

    [Theory]
    [InlineData("14.51 = 30 x 15/31")]
    [InlineData("3 = 1 + 2)")]
    [InlineData("3 = (1 + 2")]
    public void Figure_ThatDoesNotAgreeWithItsArithmetic_IsAFault(string text) =>
        Should.Throw<FormatException>(() => Arithmetic.Figure(text));

    [Fact]
    public void Bill_OtherThanExpected_IsShownBesideTheExpectedOne()
    {
        var expected = BillTable.Expected(
        [
            "USAGE | calls | 2025-01-01..2025-02-01 | 400 | 40.00 = 400 x 0.1",
            "AD_HOC | Visit | 2025-01-07..2025-01-08 | 1 | 5 EUR; 5.40 = 5 x 1.08",
            "total 45.40",
        ]);
        var bill = JsonNode.Parse("""
            {"timezone":"Europe/Paris","currency":"USD","billTotal":46.40,"lineItems":[
             {"lineItemType":"USAGE","description":"calls","units":400,"subtotal":41.0,"convertedSubtotal":41.0,
              "servicePeriodStartDate":"2024-12-31T23:00:00Z","servicePeriodEndDate":"2025-01-31T23:00:00Z",
              "currency":"USD"},
             {"lineItemType":"AD_HOC","description":"Visit","units":1,"subtotal":5,"convertedSubtotal":5.4,
              "servicePeriodStartDate":"2025-01-06T23:00:00Z","servicePeriodEndDate":"2025-01-07T23:00:00Z",
              "currency":"EUR"}]}
            """)!.AsObject();

        BillTable.SideBySide(expected, BillTable.Actual(bill)).Split('\n').ShouldBe(
        [
            $"{"the diary",-56}    the server",
            $"{"USAGE | calls | 2025-01-01..2025-02-01 | 400 | 40",-56} <> "
                + "USAGE | calls | 2025-01-01..2025-02-01 | 400 | 41",
            "AD_HOC | Visit | 2025-01-07..2025-01-08 | 1 | 5 EUR; 5.4    "
                + "AD_HOC | Visit | 2025-01-07..2025-01-08 | 1 | 5 EUR; 5.4",
            $"{"total 45.4",-56} <> total 46.4",
        ]);
    }

    [Fact]
    public void Bill_WhoseLinesDoNotAddUp_IsAFaultOfTheDiary() =>
        Should.Throw<ShouldAssertException>(() => BillTable.Expected(["USAGE | calls | - | 1 | 2.00", "total 2.01"]));

    [Fact]
    public void Step_ThatNoSentenceReads_IsAFault() =>
        Should.Throw<FormatException>(() => StepRequest.Of("alder sings on 2025-01-01"));

    // Noon in UTC is the same day in New York and in Sydney.
    private static Instant NoonOf(DiaryDay day) =>
        LocalDatePattern.Iso.Parse(day.Date).Value.At(new LocalTime(12, 0)).InUtc().ToInstant();
}
