using Tallystick.Server;

return await ServerHost.RunAsync(args);
