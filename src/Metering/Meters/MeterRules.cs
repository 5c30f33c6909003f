using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Meters;

/// <summary>Rules of meters beyond their shape.</summary>
internal static class MeterRules
{
    internal static void Check(Meter meter, Issues issues)
    {
        // Aggregations refer to a field by its code only, so codes are unique among data and derived fields.
        var codes = new HashSet<string>(StringComparer.Ordinal);
        CheckFields(meter.DataFields, "dataFields", codes, issues);
        CheckFields(meter.DerivedFields, "derivedFields", codes, issues);
    }

    private static void CheckFields(IReadOnlyList<DataField> fields, string path, HashSet<string> codes, Issues issues)
    {
        foreach (var (index, field) in fields.Index())
        {
            if (!codes.Add(field.Code))
                issues.Add(
                    "duplicate", $"{path}[{index}].code", $"'{field.Code}' is already the code of another field of the "
                        + "meter");
            if (field.Category.IsNumeric() && field.Unit is null)
                issues.Add("required", $"{path}[{index}].unit", "is required for numeric categories");
        }
    }
}
