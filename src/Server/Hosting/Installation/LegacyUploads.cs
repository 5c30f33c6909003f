using Tallystick.Access.Organizations;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Moves the files of waiting jobs from the folder of earlier versions into the file store. Can be interrupted and
/// repeated at any point, because each file is deleted only after it is stored.
/// </summary>
internal static class LegacyUploads
{
    /// <summary>
    /// Moves them, and deletes files that no job waits for. Call before the background workers start.
    /// </summary>
    /// <exception cref="StoreUnavailableException">A file cannot be moved.</exception>
    internal static async Task MoveAsync(
        string dataPath, IServiceProvider services, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(dataPath, InstallationFiles.LegacyUploads, "lookup-data");
        if (!Directory.Exists(folder))
            return;
        try
        {
            await MoveFilesAsync(folder, services, cancellationToken);
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or StoreOutageException)
        {
            throw new StoreUnavailableException(
                $"The files in {folder} could not be moved to {InstallationFiles.Files}: {failure.Message}", failure);
        }
    }

    private static async Task MoveFilesAsync(
        string folder, IServiceProvider services, CancellationToken cancellationToken)
    {
        var (lookups, files) = (services.GetRequiredService<LookupStore>(), services.GetRequiredService<IFileStore>());
        var uploads = services.GetRequiredService<LookupUploads>();
        var store = services.GetRequiredService<IDocumentStore>();
        foreach (var organizationId in await Organizations.IdsAsync(AllKinds.Catalog, store, cancellationToken))
        {
            var running = await lookups.Reader(organizationId, cancellationToken)
                .ListAsync<LookupTableDataJob>(LookupTableResource.Running);
            foreach (var job in running.Where(job => job.Type == LookupTableDataJobType.Upload))
            {
                var path = Path.Combine(folder, job.Id);
                if (!File.Exists(path))
                    continue;
                await using (var file = File.OpenRead(path))
                    await files.PutAsync(
                        LookupUploads.KeyOf(organizationId, job.Id), file, uploads.TermsOf(job), cancellationToken);
                File.Delete(path);
            }
        }
    }
}
