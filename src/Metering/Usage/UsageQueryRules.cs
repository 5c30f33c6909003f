using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Usage;

/// <summary>Rules of usage queries beyond their shape (metering reference 12.1).</summary>
public sealed class UsageQueryRules
{
    /// <summary>Maximum number of aggregations, groups, or filters per query. Limits the size of its SQL.</summary>
    public const int MaxParts = 100;

    /// <summary>Maximum number of rows in a response.</summary>
    public const int MaxRows = 20_000;

    private readonly UsageQueryRequest _request;
    private readonly Dictionary<string, Meter> _meters;
    private readonly Issues _issues = new();

    private UsageQueryRules(UsageQueryRequest request, IEnumerable<Meter> meters)
    {
        _request = request;
        _meters = meters.ToDictionary(meter => meter.Id, StringComparer.Ordinal);
    }

    /// <summary>UUIDs of the meters that a request needs; null if it needs all meters of the organization.</summary>
    public static IReadOnlyList<string>? MeterIds(UsageQueryRequest request)
    {
        if (request.MeterIds is not { Count: > 0 } && request.Aggregations is not { Count: > 0 })
            return null;
        var named = (request.MeterIds ?? [])
            .Concat(request.Aggregations?.Select(aggregation => aggregation.MeterId) ?? [])
            .Concat(request.DimensionFilters?.Select(filter => filter.MeterId) ?? [])
            .Concat(request.Groups?.Select(group => group.MeterId).OfType<string>() ?? []);
        return [.. named.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Checks a request and converts it to a query for the store.</summary>
    /// <param name="request">The request.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="meters">The meters of the organization, at least those of <see cref="MeterIds"/>.</param>
    /// <param name="zone">The time zone of the organization.</param>
    /// <exception cref="RefusedException">The request is not valid; all faults found are listed.</exception>
    public static UsageExploration Resolve(
        UsageQueryRequest request, string organizationId, IReadOnlyList<Meter> meters, DateTimeZone zone)
    {
        var rules = new UsageQueryRules(request, meters);
        rules.CheckPeriod();
        rules.CheckCounts();
        rules._issues.ThrowIfAny();
        rules.CheckFilters();
        var aggregations = rules.Aggregations();
        var groups = rules.Groups();
        rules._issues.ThrowIfAny();
        var asked = request.MeterIds is { Count: > 0 } ids ? ids.ToHashSet(StringComparer.Ordinal) : null;
        return new UsageExploration
        {
            OrganizationId = organizationId,
            Window = new Window(request.StartDate!.Value, request.EndDate!.Value),
            Zone = zone,
            AccountIds = request.AccountIds is { Count: > 0 } accounts ? accounts : null,
            Meters = aggregations.Count > 0
                ? [.. aggregations.Select(aggregation => aggregation.Meter).DistinctBy(meter => meter.Id)]
                : [.. meters.Where(meter => asked?.Contains(meter.Id) ?? true)],
            Filters = request.DimensionFilters ?? [],
            Aggregations = aggregations,
            Groups = groups,
            Limit = request.Limit ?? MaxRows,
        };
    }

    private void CheckPeriod()
    {
        if (_request.StartDate is null)
            _issues.Add("required", "startDate", "is required, unless there is a timePeriod and no endDate");
        if (_request.EndDate is null)
            _issues.Add("required", "endDate", "is required, unless there is a timePeriod and no startDate");
        if (_request.StartDate >= _request.EndDate)
            _issues.Add("range", "endDate", "must be after startDate");
    }

    private void CheckCounts()
    {
        CheckCount(_request.DimensionFilters?.Count, "dimensionFilters");
        CheckCount(_request.Aggregations?.Count, "aggregations");
        CheckCount(_request.Groups?.Count, "groups");
        if (_request.Groups is { Count: > 0 } && _request.Aggregations is not { Count: > 0 })
            _issues.Add("needs", "groups", "requires aggregations");
    }

    private void CheckCount(int? count, string path)
    {
        if (count > MaxParts)
            _issues.Add("count", path, $"must have at most {MaxParts} entries");
    }

    private void CheckFilters()
    {
        foreach (var (index, filter) in (_request.DimensionFilters ?? []).Index())
            FindDimension(filter.MeterId, filter.FieldCode, $"dimensionFilters[{index}]");
    }

    private List<ExplorerAggregation> Aggregations()
    {
        var found = new List<ExplorerAggregation>();
        foreach (var (index, asked) in (_request.Aggregations ?? []).Index())
        {
            var path = $"aggregations[{index}]";
            if (Find(asked.MeterId, asked.FieldCode, path) is not var (meter, field))
                continue;
            var isNumeric = field.Category.IsNumeric();
            if (isNumeric != (asked.FieldType == DataExplorerFieldType.Measure))
            {
                _issues.Add(
                    "contradiction", $"{path}.fieldType",
                    $"must be {(isNumeric ? "MEASURE" : "DIMENSION")} for the field '{field.Code}'");
            }
            else if (!IsAllowed(isNumeric, asked.Function))
            {
                _issues.Add(
                    "not_allowed", $"{path}.function",
                    isNumeric ? "must be one of SUM, MIN, MAX, COUNT, LATEST, MEAN for a numeric field"
                        : "must be COUNT or UNIQUE for a text field");
            }
            else if (found.Any(one => one.Meter == meter && one.Field == field.Code && one.Method == Method(asked)))
                _issues.Add("duplicate", path, "is a duplicate");
            else
                found.Add(new ExplorerAggregation(meter, field.Code, Method(asked)));
        }
        return found;
    }

    private List<ExplorerGroup> Groups()
    {
        var groups = new List<ExplorerGroup>();
        foreach (var (index, asked) in (_request.Groups ?? []).Index())
        {
            var path = $"groups[{index}]";
            switch (asked.GroupType)
            {
                case null:
                    _issues.Add("required", $"{path}.groupType", "is required");
                    break;
                case DataExplorerGroupType.Account:
                    Add<ExplorerGroup.ByAccount>(groups, new ExplorerGroup.ByAccount(), path);
                    break;
                case DataExplorerGroupType.Time when asked.Frequency is { } frequency:
                    Add<ExplorerGroup.ByTime>(groups, new ExplorerGroup.ByTime(frequency), path);
                    break;
                case DataExplorerGroupType.Time:
                    _issues.Add("required", $"{path}.frequency", "is required for a TIME group");
                    break;
                case DataExplorerGroupType.Dimension:
                    AddDimension(groups, asked, path);
                    break;
            }
        }
        return groups;
    }

    private void Add<T>(List<ExplorerGroup> groups, T group, string path) where T : ExplorerGroup
    {
        if (groups.OfType<T>().Any())
            _issues.Add("duplicate", path, "duplicates a group of the same type");
        else
            groups.Add(group);
    }

    // Fields with the same code share one group, so that rows of several meters with equal values are combined.
    private void AddDimension(List<ExplorerGroup> groups, DataExplorerGroup asked, string path)
    {
        if (asked.MeterId is null)
            _issues.Add("required", $"{path}.meterId", "is required for a DIMENSION group");
        if (asked.FieldCode is null)
            _issues.Add("required", $"{path}.fieldCode", "is required for a DIMENSION group");
        if (asked is not { MeterId: { } meterId, FieldCode: { } code } || !FindDimension(meterId, code, path))
            return;
        var at = groups.FindIndex(group => group is ExplorerGroup.ByDimension same && same.Field == code);
        if (at < 0)
            groups.Add(new ExplorerGroup.ByDimension(code, new HashSet<string>(StringComparer.Ordinal) { meterId }));
        else if (groups[at] is ExplorerGroup.ByDimension known && known.MeterIds.Contains(meterId))
            _issues.Add("duplicate", path, "is a duplicate");
        else if (groups[at] is ExplorerGroup.ByDimension other)
        {
            groups[at] = other with
            {
                MeterIds = new HashSet<string>(other.MeterIds, StringComparer.Ordinal) { meterId },
            };
        }
    }

    private bool FindDimension(string meterId, string code, string path)
    {
        if (Find(meterId, code, path) is not var (_, field))
            return false;
        if (!field.Category.IsNumeric() && field.Category != DataFieldCategory.Metadata)
            return true;
        _issues.Add(
            "not_allowed", $"{path}.fieldCode",
            $"must be a WHO, WHERE, WHAT or OTHER field; '{code}' is {JsonFormat.Name(field.Category)}");
        return false;
    }

    private (Meter Meter, DataField Field)? Find(string meterId, string code, string path)
    {
        if (!_meters.TryGetValue(meterId, out var meter))
        {
            _issues.Add("reference", $"{path}.meterId", $"meter '{meterId}' does not exist");
            return null;
        }
        if (_request.MeterIds is { Count: > 0 } asked && !asked.Contains(meterId))
        {
            _issues.Add("contradiction", $"{path}.meterId", "must be one of the given meterIds");
            return null;
        }
        if (meter.DataFields.Concat(meter.DerivedFields).FirstOrDefault(one => one.Code == code) is { } field)
            return (meter, field);
        _issues.Add("reference", $"{path}.fieldCode", $"the meter '{meter.Code}' has no field '{code}'");
        return null;
    }

    private static bool IsAllowed(bool isNumeric, DataExplorerAggregationFunction function) =>
        function == DataExplorerAggregationFunction.Count
            || isNumeric != (function == DataExplorerAggregationFunction.Unique);

    private static AggregationMethod Method(DataExplorerAggregation asked) => asked.Function switch
    {
        DataExplorerAggregationFunction.Sum => AggregationMethod.Sum,
        DataExplorerAggregationFunction.Min => AggregationMethod.Min,
        DataExplorerAggregationFunction.Max => AggregationMethod.Max,
        DataExplorerAggregationFunction.Count => AggregationMethod.Count,
        DataExplorerAggregationFunction.Latest => AggregationMethod.Latest,
        DataExplorerAggregationFunction.Mean => AggregationMethod.Mean,
        DataExplorerAggregationFunction.Unique => AggregationMethod.Unique,
    };
}
