using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.BillLife;

/// <summary>A run whose steps are calls of one function.</summary>
/// <param name="step">Executes the next step; returns true if there is more to do.</param>
internal sealed class StepRun(Func<CancellationToken, Task<bool>> step) : IJobRun
{
    /// <inheritdoc/>
    public Task<bool> StepAsync(CancellationToken cancellationToken) => step(cancellationToken);
}
