using System.Text.Json;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>The members of a measurement.</summary>
internal enum MeasurementMember
{
    Other,
    Uid,
    Meter,
    Account,
    Ts,
    Ets,
    WhoMap,
    WhatMap,
    WhereMap,
    OtherMap,
    MetadataMap,
    MeasureMap,
    CostMap,
    IncomeMap,
}

/// <summary>The names of the members of a measurement.</summary>
internal static class MeasurementMembers
{
    private const int MaxEscaped = 6 * 8; // "metadata" with every character escaped as \u00xx

    /// <summary>The member that the current name stands for.</summary>
    public static MeasurementMember Of(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return Of(reader.ValueSpan);
        if (reader.ValueSpan.Length > MaxEscaped)
            return MeasurementMember.Other;
        Span<byte> name = stackalloc byte[MaxEscaped];
        try
        {
            return Of(name[..reader.CopyString(name)]);
        }
        catch (InvalidOperationException) // thrown for an unpaired surrogate, which no known name contains
        {
            return MeasurementMember.Other;
        }
    }

    /// <summary>The category of a map.</summary>
    public static DataFieldCategory CategoryOf(MeasurementMember map) => map switch
    {
        MeasurementMember.WhoMap => DataFieldCategory.Who,
        MeasurementMember.WhatMap => DataFieldCategory.What,
        MeasurementMember.WhereMap => DataFieldCategory.Where,
        MeasurementMember.OtherMap => DataFieldCategory.Other,
        MeasurementMember.MetadataMap => DataFieldCategory.Metadata,
        MeasurementMember.MeasureMap => DataFieldCategory.Measure,
        MeasurementMember.CostMap => DataFieldCategory.Cost,
        MeasurementMember.IncomeMap => DataFieldCategory.Income,
        _ => throw new ArgumentOutOfRangeException(nameof(map)),
    };

    /// <summary>The name of a known member.</summary>
    public static string NameOf(MeasurementMember member) => member switch
    {
        MeasurementMember.Uid => "uid",
        MeasurementMember.Meter => "meter",
        MeasurementMember.Account => "account",
        MeasurementMember.Ts => "ts",
        MeasurementMember.Ets => "ets",
        _ => NameOf(CategoryOf(member)),
    };

    /// <summary>The name of a category's map.</summary>
    public static string NameOf(DataFieldCategory category) => category switch
    {
        DataFieldCategory.Who => "who",
        DataFieldCategory.What => "what",
        DataFieldCategory.Where => "where",
        DataFieldCategory.Other => "other",
        DataFieldCategory.Metadata => "metadata",
        DataFieldCategory.Measure => "measure",
        DataFieldCategory.Cost => "cost",
        DataFieldCategory.Income => "income",
    };

    // Comparing the length first leaves at most three candidates.
    private static MeasurementMember Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when name.SequenceEqual("ts"u8) => MeasurementMember.Ts,
        3 when name.SequenceEqual("uid"u8) => MeasurementMember.Uid,
        3 when name.SequenceEqual("ets"u8) => MeasurementMember.Ets,
        3 when name.SequenceEqual("who"u8) => MeasurementMember.WhoMap,
        4 when name.SequenceEqual("what"u8) => MeasurementMember.WhatMap,
        4 when name.SequenceEqual("cost"u8) => MeasurementMember.CostMap,
        5 when name.SequenceEqual("meter"u8) => MeasurementMember.Meter,
        5 when name.SequenceEqual("where"u8) => MeasurementMember.WhereMap,
        5 when name.SequenceEqual("other"u8) => MeasurementMember.OtherMap,
        6 when name.SequenceEqual("income"u8) => MeasurementMember.IncomeMap,
        7 when name.SequenceEqual("account"u8) => MeasurementMember.Account,
        7 when name.SequenceEqual("measure"u8) => MeasurementMember.MeasureMap,
        8 when name.SequenceEqual("metadata"u8) => MeasurementMember.MetadataMap,
        _ => MeasurementMember.Other,
    };
}
