using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Jobs;

namespace Tallystick.Server.Api.Measurements;

/// <summary>The report on the outcomes of all accepted measurements.</summary>
internal sealed class ConservationOperation(MeasurementConservation conservation, ConservationCheck check)
{
    internal static ApiOperation Get { get; } = new(
        "GET", "/organizations/{orgId}/measurements/conservation", "GetMeasurementConservation", ApiOperations.OwnTag,
        "Account for accepted measurements",
        new ApiSchema("MeasurementConservation", JsonShapes.Of(typeof(ConservationAnswer))),
        Run.By<ConservationOperation>(o => o.AnswerAsync))
    {
        Permission = Permission.On(PermissionAction.MeasurementsRetrieve, "measurements:measurement"),
        Parameters =
        [
            new("startDate", "First day of receipt in UTC.", new DateShape()),
            new("endDate", "End of the period in UTC, exclusive.", new DateShape()),
            new("meter", "Only measurements submitted with this meter code.", new TextShape()),
        ],
        Description = """
            Reports what became of each accepted measurement, by day of receipt and by meter code as sent, at one
            moment: `accepted` = `stored` + `duplicate` + `failed` + `voided` + `erased` + `pending`. A background
            check counts the stored and voided measurements: all of them at startup and once a day, and those received
            since yesterday every hour. If the count differs from `stored` + `voided`, `mismatch` is the difference;
            this happens only if the store was damaged. Duplicates and failures of an erased account still count as
            `duplicate` and `failed`.
            """,
    };

    private async Task AnswerAsync(ApiCall call)
    {
        var issues = new Issues();
        var from = Date(call.Http.Request, "startDate", issues);
        var to = Date(call.Http.Request, "endDate", issues);
        if (from >= to)
            issues.Add("range", "endDate", "must be after startDate");
        issues.ThrowIfAny();
        var meter = QueryText.Single(call.Http.Request, "meter");
        var days = (await conservation.ReadAsync(call.OrganizationId, call.Cancelled))
            .Where(day => IsAsked(day.MeterCode, day.Day))
            .ToList();
        var mismatches = check.Of(call.OrganizationId)
            .Where(mismatch => IsAsked(mismatch.MeterCode, mismatch.Day))
            .ToLookup(mismatch => (mismatch.MeterCode, mismatch.Day), mismatch => mismatch.Counted - mismatch.Tallied);
        var rows = days.Select(day => Counts(day.Loaded, day.Pending, new JsonObject
        {
            ["meter"] = day.MeterCode,
            ["day"] = InstantText.Write(day.Day),
        }, mismatches[(day.MeterCode, day.Day)].Sum()));
        var totals = Counts(
            days.Aggregate(default(LoadTally), (total, day) => total + day.Loaded), days.Sum(day => day.Pending), [],
            mismatches.SelectMany(mismatch => mismatch).Sum());
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["totals"] = totals,
            ["data"] = new JsonArray([.. rows]),
        }));

        bool IsAsked(string? code, LocalDate day) => !(day < from) && !(day >= to) && (meter ?? code) == code;
    }

    private static JsonObject Counts(LoadTally loaded, long pending, JsonObject row, long mismatch)
    {
        row["accepted"] = loaded.Accepted + pending;
        row["stored"] = loaded.Stored;
        row["duplicate"] = loaded.Duplicate;
        row["failed"] = loaded.Failed;
        row["voided"] = loaded.Voided;
        row["erased"] = loaded.Erased;
        row["pending"] = pending;
        row["mismatch"] = mismatch;
        return row;
    }

    private static LocalDate? Date(HttpRequest request, string name, Issues issues)
    {
        if (QueryText.Single(request, name) is not { } text)
            return null;
        if (InstantText.TryParseDate(text, out var date))
            return date;
        issues.Add("date", name, "must be a date such as 2026-03-01");
        return null;
    }
}
