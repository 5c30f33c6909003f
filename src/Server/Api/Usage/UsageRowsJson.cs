using System.Text.Json;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Server.Api.Usage;

/// <summary>Writes the rows of a usage query.</summary>
/// <param name="query">The query.</param>
/// <param name="accounts">The accounts by id; without accounts that were deleted in the meantime.</param>
internal sealed class UsageRowsJson(UsageExploration query, IReadOnlyDictionary<string, Account> accounts)
{
    private static readonly string[] MembersOfMeasurements =
    [
        "uid", "accountId", "accountCode", "accountName", "meterId", "meterCode", "ts", "ets", "receivedAt",
    ];

    private static readonly string[] MembersOfGroups = ["accountId", "accountCode", "ts"];

    internal async Task WriteAsync(Utf8JsonWriter json, ExplorerRows rows, Func<Task> betweenRows)
    {
        json.WriteStartObject();
        json.WriteStartArray("data");
        foreach (var measurement in rows.Measurements)
        {
            Write(json, measurement);
            await betweenRows();
        }
        foreach (var group in rows.Groups)
        {
            Write(json, group);
            await betweenRows();
        }
        json.WriteEndArray();
        json.WriteBoolean("hasMoreData", rows.HasMore);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, ExplorerMeasurement measurement)
    {
        var meter = measurement.Meter;
        json.WriteStartObject();
        json.WriteString("uid", measurement.Uid);
        WriteAccount(json, measurement.AccountId);
        json.WriteString("accountName", accounts.GetValueOrDefault(measurement.AccountId)?.Name);
        json.WriteString("meterId", meter.Id);
        json.WriteString("meterCode", meter.Code);
        json.WriteString("ts", InstantText.Write(measurement.Ts));
        json.WriteString("ets", measurement.Ets is { } ets ? InstantText.Write(ets) : null);
        json.WriteString("receivedAt", InstantText.Write(measurement.ReceivedAt));
        foreach (var (field, value) in meter.DataFields.Concat(meter.DerivedFields).Zip(measurement.Fields))
        {
            json.WritePropertyName(NameOf(field.Code, meter, MembersOfMeasurements));
            Write(json, value);
        }
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, ExplorerGroupRow row)
    {
        json.WriteStartObject();
        foreach (var (group, key) in query.Groups.Zip(row.Keys))
        {
            switch (group)
            {
                case ExplorerGroup.ByAccount:
                    WriteAccount(json, key.Text!);
                    break;
                case ExplorerGroup.ByTime:
                    json.WriteString("ts", InstantText.Write(key.Time!.Value));
                    break;
                case ExplorerGroup.ByDimension dimension:
                    var meter = query.Meters.FirstOrDefault(one => dimension.MeterIds.Contains(one.Id));
                    json.WritePropertyName(
                        meter is null ? dimension.Field : NameOf(dimension.Field, meter, MembersOfGroups));
                    Write(json, key);
                    break;
            }
        }
        foreach (var (aggregation, value) in query.Aggregations.Zip(row.Values))
        {
            var function = JsonFormat.Name(aggregation.Method);
            json.WritePropertyName($"{aggregation.Meter.Code}.{aggregation.Field}.{function}");
            Write(json, new ExplorerValue(null, value));
        }
        json.WriteEndObject();
    }

    private void WriteAccount(Utf8JsonWriter json, string accountId)
    {
        json.WriteString("accountId", accountId);
        json.WriteString("accountCode", accounts.GetValueOrDefault(accountId)?.Code);
    }

    private static string NameOf(string field, Meter meter, string[] members) =>
        members.Contains(field) ? $"{meter.Code}.{field}" : field;

    private static void Write(Utf8JsonWriter json, ExplorerValue value)
    {
        if (value.Text is { } text)
            json.WriteStringValue(text);
        else if (value.Number is { } number)
            json.WriteNumberValue(number);
        else
            json.WriteNullValue();
    }
}
