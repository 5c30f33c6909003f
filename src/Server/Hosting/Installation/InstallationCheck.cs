using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Storage;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Refuses to start if documents, measurements and log do not belong to one installation. Otherwise, usage could be
/// lost silently, or a lost database could be mistaken for a first start.
/// </summary>
/// <param name="documentPlace">Location of the documents, for messages.</param>
/// <param name="dataPath">The data directory, for messages.</param>
/// <param name="acceptsLoss">Whether the operator has accepted the loss of missing data.</param>
internal sealed class InstallationCheck(string documentPlace, string dataPath, bool acceptsLoss)
{
    private const string Remedies =
        "Restore both from the same backup. If you have no backup, start once with " + DataDirectory.AcceptLossOption
        + "; docs/operations.md explains what is lost.";

    /// <summary>Compares the installation ids. All other checks assume that the parts belong together.</summary>
    /// <exception cref="StoreUnavailableException">They do not belong together.</exception>
    internal async Task RequireOneAsync(
        IDocumentReader documents, UnopenedStore measurements, CancellationToken cancellationToken)
    {
        var ofDocuments = await InstallationId.FindAsync(documents, cancellationToken);
        if (ofDocuments is null || measurements.Installation is null || ofDocuments == measurements.Installation)
            return;
        throw new StoreUnavailableException(
            $"The documents in {documentPlace} belong to installation {ofDocuments}, but the measurements in "
            + $"{dataPath} to {measurements.Installation}. Start with the data directory (TALLYSTICK_DATA) and the "
            + "database (TALLYSTICK_POSTGRES) of the same installation, or restore both from the same backup.");
    }

    /// <summary>Checks that neither documents nor measurements are missing.</summary>
    /// <exception cref="StoreUnavailableException">Documents or measurements are missing.</exception>
    internal async Task RequireWholeAsync(
        IDocumentReader documents, UnopenedStore measurements, LogPosition end,
        CancellationToken cancellationToken)
    {
        if (acceptsLoss)
            return;
        var ofDocuments = await InstallationId.FindAsync(documents, cancellationToken);
        var hasMeasurements = end.Value > 0 || measurements.Position.Value > 0;
        await RequireDocumentsAsync(documents, ofDocuments, measurements, hasMeasurements, cancellationToken);
        RequireMeasurements(ofDocuments, measurements.Installation, hasMeasurements);
    }

    /// <summary>Sets the installation id where it is missing.</summary>
    internal static async Task CompleteAsync(
        IDocumentStore documents, ResourceService resources, DuckDbMeasurementStore store,
        CancellationToken cancellationToken)
    {
        var ofDocuments = await InstallationId.FindAsync(documents, cancellationToken);
        var ofMeasurements = await store.FindInstallationAsync(cancellationToken);
        // Measurements first: if only the documents had an id, the measurements would seem to be lost.
        var id = ofDocuments ?? ofMeasurements ?? Guid.NewGuid().ToString();
        if (ofMeasurements is null)
            await store.SetInstallationAsync(id, cancellationToken);
        if (ofDocuments is null)
            await InstallationId.SetAsync(resources, id, cancellationToken);
    }

    private async Task RequireDocumentsAsync(
        IDocumentReader documents, string? ofDocuments, UnopenedStore measurements, bool hasMeasurements,
        CancellationToken cancellationToken)
    {
        if (ofDocuments is not null || !hasMeasurements
            || !await InstallationId.IsBlankAsync(documents, measurements.OrganizationIds, cancellationToken))
            return;
        throw new StoreUnavailableException(
            $"{documentPlace} is missing or empty, but {dataPath} contains measurements: configuration, bills and "
            + $"credentials are lost, or TALLYSTICK_POSTGRES names a different database than before. {Remedies}");
    }

    // A missing store file alone can be rebuilt from the log, so this is fatal only if the log is missing too.
    private void RequireMeasurements(string? ofDocuments, string? ofMeasurements, bool hasMeasurements)
    {
        if (ofDocuments is null || ofMeasurements is not null || hasMeasurements)
            return;
        throw new StoreUnavailableException(
            $"The measurements of installation {ofDocuments}, whose documents are in {documentPlace}, are missing in "
            + $"{dataPath}: they are lost, or TALLYSTICK_DATA names a different directory than before. {Remedies}");
    }
}
