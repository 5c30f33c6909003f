using System.Text;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// The compiled calculations of a meter's derived fields (metering reference 8). Captures custom fields and published
/// lookup tables at the time of construction; the measurement and its account are supplied for each row.
/// </summary>
public sealed class DerivedFields
{
    private const string AccountFields = "account.customFields.";
    private const int MaxDetail = 400;

    private readonly Meter _meter;
    private readonly DateTimeZone _zone;
    private readonly Slots _slots = new();
    private readonly (Calculation Calculation, int Slot)[] _fields;
    private readonly Value[] _constants;
    private readonly ILookupTable?[] _tables;
    private readonly (int Slot, int Column)[] _dataFields;
    private readonly (int Slot, string Name)[] _accountFields;
    private readonly int _ts;
    private readonly int _ets;
    private readonly int _receivedAt;
    private readonly int _account;

    internal DerivedFields(Meter meter, DateTimeZone zone, CustomFieldDefaults defaults, Product? product)
    {
        (_meter, _zone) = (meter, zone);
        // Compile all before looking up slots: a field gets its slot when a later calculation refers to it.
        List<Calculation> calculations =
        [
            .. meter.DerivedFields.Select((field, index) => Calculation.Compile(
                field.Calculation, DerivedFieldRules.ScopeOf(meter, index, defaults), _slots,
                DerivedFieldRules.KindOf(field))),
        ];
        _fields =
        [
            .. calculations.Zip(meter.DerivedFields, (calculation, field) => (calculation, SlotOf(field.Code))),
        ];
        _tables = new ILookupTable?[_slots.Tables.Count];
        _constants = [.. _slots.Names.Select(name => Constant(name, meter, defaults, product))];
        _dataFields =
        [
            .. meter.DataFields.Select((field, column) => (Slot: SlotOf(field.Code), column))
                .Where(field => field.Slot >= 0),
        ];
        _accountFields =
        [
            .. _slots.Names.Index().Where(name => name.Item.StartsWith(AccountFields, StringComparison.Ordinal))
                .Select(name => (name.Index, name.Item[AccountFields.Length..])),
        ];
        (_ts, _ets) = (OwnSlotOf("ts"), OwnSlotOf("ets"));
        (_receivedAt, _account) = (OwnSlotOf("receivedAt"), OwnSlotOf("account"));
    }

    /// <summary>Compiles the derived fields of a meter; null when it has none.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="zone">Time zone of the organization.</param>
    /// <param name="related">Reads custom fields and the product.</param>
    /// <param name="lookups">The published data of lookup tables.</param>
    public static async ValueTask<DerivedFields?> LoadAsync(
        Meter meter, DateTimeZone zone, ResourceReader related, PublishedLookups lookups)
    {
        if (meter.DerivedFields.Count == 0)
            return null;
        var defaults = await CustomFieldNames.FindAsync(related);
        var product = meter.ProductId is { } id ? await related.FindAsync<Product>(id) : null;
        var derived = new DerivedFields(meter, zone, defaults, product);
        foreach (var (index, code) in derived._slots.Tables.Index())
            derived._tables[index] = await lookups.FindAsync(code, related);
        return derived;
    }

    /// <summary>
    /// Computes the derived values of rows, in the order of the fields. A field that fails has no value and adds a
    /// failure to the load; the remaining fields are still computed and read null for it.
    /// </summary>
    internal void Compute(MeterRows rows, MeasurementLoad load, CancellationToken cancellationToken)
    {
        var evaluation = new Evaluation(_slots, _zone);
        _constants.CopyTo(evaluation.Values, 0);
        _tables.CopyTo(evaluation.Tables, 0);
        var account = -1;
        string? before = null;
        for (var row = 0; row < rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            evaluation.BeginMeasurement();
            SetMeasurement(evaluation, rows, row);
            if (rows.Accounts[row] != account)
                SetAccount(evaluation, load.Accounts[account = rows.Accounts[row]]);
            if (Compute(evaluation, rows) is { } detail)
            {
                // Rows usually fail for the same reason, so share one string.
                before = detail == before ? before : detail;
                load.Add(new FailedMeasurement(
                    rows.OrganizationId, IngestFailure.CalculationError, before,
                    Nanoseconds.ToInstant(rows.ReceivedAt[row]), new LogPosition(rows.Positions[row]),
                    load.Accounts[account].AccountId));
            }
        }
    }

    /// <summary>
    /// Computes the derived values of a measurement that is not stored, with the custom fields that the organization
    /// gives to accounts.
    /// </summary>
    internal IReadOnlyList<EvaluatedField> Compute(MeterSample sample)
    {
        var evaluation = new Evaluation(_slots, _zone);
        _constants.CopyTo(evaluation.Values, 0);
        _tables.CopyTo(evaluation.Tables, 0);
        evaluation.BeginMeasurement();
        foreach (var (slot, column) in _dataFields)
        {
            var field = _meter.DataFields[column];
            evaluation.Values[slot] = field.Category.IsNumeric()
                ? Value.Of(sample.Numbers.TryGetValue(field.Code, out var number) ? number : null)
                : Value.Of(sample.Texts.GetValueOrDefault(field.Code));
        }
        foreach (var (slot, value) in new[]
        {
            (_ts, Value.Of(sample.Ts)), (_receivedAt, Value.Of(sample.Ts)), (_account, Value.Of(sample.Account)),
        })
        {
            if (slot >= 0)
                evaluation.Values[slot] = value;
        }
        return [.. _meter.DerivedFields.Select((field, index) => Compute(evaluation, field, index))];
    }

    private EvaluatedField Compute(Evaluation evaluation, DerivedField field, int index)
    {
        var (calculation, slot) = _fields[index];
        decimal? number = null;
        string? text = null;
        var isComputed = field.Category.IsNumeric()
            ? calculation.TryNumber(evaluation, out number) : calculation.TryText(evaluation, out text);
        if (!isComputed)
            (number, text) = (null, null);
        if (slot >= 0)
            evaluation.Values[slot] = field.Category.IsNumeric() ? Value.Of(number) : Value.Of(text);
        return new EvaluatedField(field.Code, number, text, isComputed ? null : evaluation.Fault!.Message);
    }

    private static Value Constant(string name, Meter meter, CustomFieldDefaults defaults, Product? product)
    {
        if (name == "meter")
            return Value.Of(meter.Code);
        var parts = name.Split('.', 3);
        if (parts.Length < 3)
            return default;
        var own = parts[0] switch
        {
            "meter" => meter.CustomFields,
            "product" => product?.CustomFields,
            _ => null,
        };
        return CustomFieldNames.Resolve(own, CustomFieldNames.Of(defaults, parts[0]), parts[2]);
    }

    private string? Compute(Evaluation evaluation, MeterRows rows)
    {
        string? detail = null;
        for (var index = 0; index < _fields.Length; index++)
        {
            var (calculation, slot) = _fields[index];
            var column = rows.Fields[_meter.DataFields.Count + index];
            bool isComputed;
            Value value;
            if (column.IsNumeric)
            {
                isComputed = calculation.TryNumber(evaluation, out var number);
                if (!isComputed)
                    number = null;
                column.AddOptional(number);
                value = Value.Of(number);
            }
            else
            {
                isComputed = calculation.TryText(evaluation, out var text);
                if (!isComputed)
                    text = null;
                column.AddOptional(text);
                value = Value.Of(text);
            }
            if (slot >= 0)
                evaluation.Values[slot] = value;
            if (!isComputed)
                detail = Join(detail, $"'{_meter.DerivedFields[index].Code}' {evaluation.Fault!.Message}");
        }
        return detail;
    }

    private static string Join(string? before, string next) =>
        before is null ? TextLength.Shorten(next, MaxDetail)
            : before.Length >= MaxDetail ? before
            : TextLength.Shorten($"{before}; {next}", MaxDetail);

    private void SetMeasurement(Evaluation evaluation, MeterRows rows, int row)
    {
        var values = evaluation.Values;
        foreach (var (slot, column) in _dataFields)
        {
            var field = rows.Fields[column];
            values[slot] = field.IsNumeric
                ? Value.Of(field.Numbers[row]) : Value.Of(Encoding.UTF8.GetString(field.Texts[row]));
        }
        if (_ts >= 0)
            values[_ts] = Value.Of(Nanoseconds.ToInstant(rows.Ts[row]));
        if (_ets >= 0)
        {
            values[_ets] = rows.Ets[row] == MeterRows.NoEts
                ? default : Value.Of(Nanoseconds.ToInstant(rows.Ets[row]));
        }
        if (_receivedAt >= 0)
            values[_receivedAt] = Value.Of(Nanoseconds.ToInstant(rows.ReceivedAt[row]));
    }

    private void SetAccount(Evaluation evaluation, LoadedAccount account)
    {
        if (_account >= 0)
            evaluation.Values[_account] = Value.Of(account.Code);
        foreach (var (slot, name) in _accountFields)
        {
            evaluation.Values[slot] = account.CustomFields?.TryGetValue(name, out var own) is true
                ? CustomFieldNames.ValueOf(own) : _constants[slot];
        }
    }

    // A field of the meter hides a built-in name with the same code.
    private int OwnSlotOf(string name) =>
        _meter.DataFields.Concat(_meter.DerivedFields).Any(field => field.Code == name) ? -1 : SlotOf(name);

    // Does not allocate a slot: names that no calculation uses need none.
    private int SlotOf(string name)
    {
        for (var index = 0; index < _slots.Names.Count; index++)
        {
            if (_slots.Names[index] == name)
                return index;
        }
        return -1;
    }
}
