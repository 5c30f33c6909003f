using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Server.Api.Measurements;

/// <summary>A submission of measurements.</summary>
internal sealed record SubmitMeasurementsRequest
{
    /// <summary>The measurements, 1 to 1000.</summary>
    [MinimumItems(1), MaximumItems(1000)]
    public required IReadOnlyList<MeasurementRequest> Measurements { get; init; }
}

/// <summary>What was used, by whom and when.</summary>
internal sealed record MeasurementRequest
{
    /// <summary>Your own unique id for the measurement. A measurement with the same uid is not counted again.</summary>
    [Characters(0, 50)]
    public string? Uid { get; init; }

    /// <summary>Code of the meter.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Meter { get; init; }

    /// <summary>Code of the account. An unknown account is created.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Account { get; init; }

    /// <summary>When the usage happened (ISO 8601). Determines the billing period. UTC if there is no offset.</summary>
    public required Instant Ts { get; init; }

    /// <summary>When the usage ended (ISO 8601). For information only. UTC if there is no offset.</summary>
    public Instant? Ets { get; init; }

    /// <summary>Values of the meter's WHO fields, by code.</summary>
    public IReadOnlyDictionary<string, string>? Who { get; init; }

    /// <summary>Values of the meter's WHERE fields, by code.</summary>
    public IReadOnlyDictionary<string, string>? Where { get; init; }

    /// <summary>Values of the meter's WHAT fields, by code.</summary>
    public IReadOnlyDictionary<string, string>? What { get; init; }

    /// <summary>Values of the meter's OTHER fields, by code.</summary>
    public IReadOnlyDictionary<string, string>? Other { get; init; }

    /// <summary>Values of the meter's METADATA fields, by code, up to 256 characters each.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>
    /// Values of the meter's MEASURE fields, by code: exact numbers of up to 28 significant digits and
    /// 28 decimal places.
    /// </summary>
    public IReadOnlyDictionary<string, decimal>? Measure { get; init; }

    /// <summary>
    /// Values of the meter's COST fields, by code: exact numbers of up to 28 significant digits and
    /// 28 decimal places.
    /// </summary>
    public IReadOnlyDictionary<string, decimal>? Cost { get; init; }

    /// <summary>
    /// Values of the meter's INCOME fields, by code: exact numbers of up to 28 significant digits and
    /// 28 decimal places.
    /// </summary>
    public IReadOnlyDictionary<string, decimal>? Income { get; init; }
}

/// <summary>Confirms that the measurements are stored on disk.</summary>
internal sealed record SubmitMeasurementsResponse
{
    /// <summary>Always <c>accepted</c>.</summary>
    public string? Result { get; init; }
}
